pytest_plugins = ["medianest.testing"]
