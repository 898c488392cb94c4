"""What those who write rules and plugins test with."""
