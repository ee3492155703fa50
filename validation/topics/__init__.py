"""What the reference files hold: a module a topic, each with `groups() -> {name: {array name: array}}`."""
