"""What each `sendjc` command does, one module a command; cli.py only declares their options."""
