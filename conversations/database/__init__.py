"""The ground below the records: prepared queries, hand-written SQL, and the door to threads.

``prepared`` keeps queries that the ORM composed once, ``rows`` the SQL that needs no ORM;
``threads`` is the one way from the event loop to code that uses the database.
"""
