"""What may be taken at most: section 9 of the design. A figure without a line here is only watched."""

WRITING = {"sqlite": 4.0, "postgres": 6.0}
"""Writing an import with its journal, in ``bulk_create`` of the same rows."""
WHOLE_IMPORT = 12.0
SEARCH_PAGE = 3.0
ADMIN = {25_000: 1.0, 100_000: 0.2}
"""Our page in pages of a plain Django admin over the same people: from this size on."""
PERSON_PAGE = 5.0
PERSON_STATEMENTS = 15
FIRST_PAGE_BYTES, LATER_PAGE_BYTES = 120_000, 20_000
AT_REST_MB, PEAK_MB = 250.0, 700.0
