"""What shoppers who agreed are remembered by, in a database: SQLite by default, PostgreSQL by its address."""


class ForgetfulError(Exception):
    """A memory that cannot be opened or used; the message is one sentence that says what to mend."""
