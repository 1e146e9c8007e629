"""A pool of query workers: forked processes behind a sandbox, with deadlines and a scheduler."""
