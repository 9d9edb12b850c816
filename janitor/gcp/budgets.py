"""How long janitor tries and waits, in seconds. docs/operations.md states each of these for users."""

# A call that reads. The quotas are per minute, so half an hour outlasts a storm of 429; what is down for
# half a minute is a gap, and the next sweep's business.
READ, READ_OUTAGE, READ_ATTEMPT = 1800.0, 30.0, 60.0
# The price catalogue, all of it: no price is worth a long wait, and there are prices without it.
PRICES, PRICES_OUTAGE = 8.0, 4.0
# A call that deletes. After 429 it waits for another turn of its pace instead (pace.py).
DELETE, DELETE_OUTAGE, DELETE_ATTEMPT = 60.0, 60.0, 60.0
# Putting a tag back.
PUT_BACK = 600.0
# Google's operation that such a call begins; no limit is documented (google/longrunning/operations.proto).
# Most end in seconds. A package or a repository may hold a hundred thousand images.
OPERATION, HOLDER_OPERATION = 300.0, 1800.0
