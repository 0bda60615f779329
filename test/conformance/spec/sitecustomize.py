import wire_check

wire_check.install_from_environment()
