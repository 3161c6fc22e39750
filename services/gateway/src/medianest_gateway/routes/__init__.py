"""One module per part of the API. A route parses, asks the service that owns the subject, and passes its answer on."""
