pytest_plugins = ["medianest.testing", "medianest.testing_youtube"]
