"""Whether, where and when a person is told: decided from values alone, so that every case can be tried."""
