"""What each `sendjc` command does, one module a command; cli/ only declares their options."""
