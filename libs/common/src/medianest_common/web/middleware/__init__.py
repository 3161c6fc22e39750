"""Pure ASGI, one class a file. The order in which they stand is that of `medianest_common.web.app.create_app`."""
