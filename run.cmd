@echo off
rem The same as ./run, for Windows: makes what is missing, then passes the command on.
setlocal
set "root=%~dp0"
set "venv=%root%.venv"
set "python=%venv%\Scripts\python.exe"
set "PYTHONUTF8=1"
set "PYTHONDONTWRITEBYTECODE="
if not defined BAARADA_HOME set "BAARADA_HOME=%root%var"

if not exist "%python%" (
    py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" || call :fail "Python 3.11 or later is needed: python.org has it." || exit /b 1
    py -3 -m venv "%venv%" || call :fail "no environment could be made beside this file. Is the disk full?" || exit /b 1
)
rem A copy of the lock is laid last: what was interrupted is done again.
fc /b "%root%requirements.lock" "%venv%\installed" >nul 2>&1 || (
    echo Installing packages ^(once^).
    "%python%" -m pip install --quiet --require-hashes -r "%root%requirements.lock" || call :fail "packages could not be installed. Look at the connection." || exit /b 1
    "%python%" -m pip install --quiet --no-deps --no-build-isolation --editable "%root%." || call :fail "the program could not be installed." || exit /b 1
    "%python%" -m baarada.web.build || exit /b 1
    "%python%" -m baarada.translations compile || exit /b 1
    copy /y "%root%requirements.lock" "%venv%\installed" >nul
)
if /i "%~1"=="test" (
    cd /d "%root%"
    "%python%" -m tests.runner %2 %3 %4 %5 %6
) else (
    "%venv%\Scripts\baarada.exe" %*
)
exit /b %errorlevel%

:fail
echo run: %~1 1>&2
exit /b 1
