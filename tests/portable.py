"""Finds calls in ``src`` that only POSIX has: the program also runs on Windows.

A call is allowed where the code asks first: inside an ``if`` (or a conditional expression) whose test
looks at ``sys.platform``, ``os.name`` or ``hasattr``, or inside ``try ... except ImportError``.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

MODULES = frozenset({
    "crypt", "fcntl", "grp", "nis", "posix", "pty", "pwd", "readline", "resource", "spwd", "syslog", "termios", "tty",
})  # fmt: skip
NAMES = {
    "os": frozenset({
        "chown", "chroot", "ctermid", "fchmod", "fchown", "fdatasync", "fork", "forkpty", "getegid", "geteuid",
        "getgid", "getgroups", "getloadavg", "getpgid", "getpriority", "getuid", "killpg", "lchown", "major", "mkfifo",
        "mknod", "nice", "openpty", "pread", "pwrite", "sched_getaffinity", "sched_setaffinity", "sendfile", "setegid",
        "seteuid", "setgid", "setpgid", "setpriority", "setsid", "setuid", "statvfs", "sync", "uname", "wait3", "wait4",
        "WEXITSTATUS", "WIFEXITED",
    }),
    "signal": frozenset({
        "SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGUSR1",
        "SIGUSR2", "alarm", "pause", "pthread_kill", "setitimer", "siginterrupt", "sigwait",
    }),
    "socket": frozenset({"AF_UNIX", "fromfd", "socketpair"}),
    "select": frozenset({"epoll", "kqueue", "poll"}),
}  # fmt: skip
KEYWORDS = frozenset({"preexec_fn", "pass_fds", "start_new_session"})
FOLDERS = ("/bin", "/dev", "/etc", "/home", "/proc", "/root", "/run", "/sys", "/tmp", "/usr", "/var")
SPLITS = frozenset({"split", "rsplit", "partition", "rpartition"})


class Finder(ast.NodeVisitor):
    """Collects what a file has that Windows has not: line and sentence."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self.guards = 0
        self.docstrings: set[int] = set()

    def say(self, node: ast.AST, sentence: str) -> None:
        if not self.guards:
            self.found.append((node.lineno, sentence))  # type: ignore[attr-defined]

    def guarded(self, nodes: list[ast.AST]) -> None:
        self.guards += 1
        for node in nodes:
            self.visit(node)
        self.guards -= 1

    def visit_If(self, node: ast.If) -> None:
        if asks(node.test):
            self.guarded([*node.body, *node.orelse])
        else:
            self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        if asks(node.test):
            self.guarded([node.body, node.orelse])
        else:
            self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        if any(isinstance(h.type, ast.Name) and h.type.id == "ImportError" for h in node.handlers):
            self.guarded([*node.body])
            for other in (*node.handlers, *node.orelse, *node.finalbody):
                self.visit(other)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            if name.name.split(".")[0] in MODULES:
                self.say(node, f"the module {name.name} is not on Windows")

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = (node.module or "").split(".")[0]
        if module in MODULES and not node.level:
            self.say(node, f"the module {module} is not on Windows")
        for name in node.names:
            if name.name in NAMES.get(module, ()):
                self.say(node, f"{module}.{name.name} is not on Windows")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.attr in NAMES.get(node.value.id, ()):
            self.say(node, f"{node.value.id}.{node.attr} is not on Windows")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {k.arg: k.value for k in node.keywords}
        for name in KEYWORDS & set(given):
            self.say(node, f"{name} is not on Windows")
        first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if called in ("get_context", "set_start_method") and first in ("fork", "forkserver"):
            self.say(node, f"processes do not {first} on Windows")
        if called in SPLITS and first in ("/", "\\") and is_text_of_path(node.func):
            self.say(node, "take a path apart with pathlib: Windows parts it with \\")
        if called in ("read_text", "write_text") and "encoding" not in given and is_method(node.func):
            self.say(node, f"{called} without encoding is not UTF-8 on Windows")
        if called == "open" and isinstance(node.func, ast.Name) and "encoding" not in given and is_text(node):
            self.say(node, "open without encoding is not UTF-8 on Windows")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if isinstance(text, str) and any(text == f or text.startswith(f"{f}/") for f in FOLDERS):
            self.say(node, f"{text!r} is no folder on Windows")


def asks(test: ast.expr) -> bool:
    """True if a condition asks what the system has."""
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if (node.value.id, node.attr) in (("sys", "platform"), ("os", "name")):
                return True
        elif isinstance(node, ast.Name) and node.id == "hasattr":
            return True
    return False


def is_method(func: ast.expr) -> bool:
    """True if something is called on an object."""
    return isinstance(func, ast.Attribute)


def is_text_of_path(func: ast.expr) -> bool:
    """True for ``str(...).split``."""
    value = getattr(func, "value", None)
    return isinstance(value, ast.Call) and getattr(value.func, "id", "") == "str"


def is_text(call: ast.Call) -> bool:
    """True if a file is opened as text."""
    modes = [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "mode")]
    return not any(isinstance(mode, ast.Constant) and "b" in str(mode.value) for mode in modes)


def problems(code: str) -> list[tuple[int, str]]:
    """What a program has that Windows has not."""
    finder = Finder()
    finder.visit(ast.parse(code))
    return sorted(finder.found)


def scan(folder: Path) -> Iterator[str]:
    """The same for all programs of a folder, a line each."""
    for path in sorted(folder.rglob("*.py")):
        for line, sentence in problems(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(folder.parent).as_posix()}:{line}: {sentence}"


if __name__ == "__main__":
    found = list(scan(ROOT / "src"))
    print("\n".join(found) or "Nothing that only POSIX has.")
    sys.exit(1 if found else 0)
