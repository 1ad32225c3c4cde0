"""What may be taken at most: section 9 of the design. A figure without a line here is only watched."""

WRITING = {"sqlite": 4.0, "postgres": 6.0}
"""Writing an import with its journal, in ``bulk_create`` of the same rows."""
WHOLE_IMPORT = 12.0
SEARCH_PAGE = 3.0
PERSON_PAGE = 5.0
PERSON_STATEMENTS = 15
FIRST_PAGE_BYTES, LATER_PAGE_BYTES = 120_000, 20_000
AT_REST_MB, PEAK_MB = 250.0, 700.0
