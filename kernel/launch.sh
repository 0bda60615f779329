# sh launch.sh NODE OPTION launch.cjs CONNECTION_FILE [javascript]: starts the kernel with what Node itself cannot make.
# Its descriptors 3 and 4 are the 1 and 2 that it was given, and two named pipes lie beside the connection file, which
# launch.cjs puts in their place and removes. Where they cannot be made, native output goes to the kernel's log.
mkfifo -m 600 "$4.1" "$4.2" 2>/dev/null
[ -p "$4.1" ] && [ -p "$4.2" ] && exec "$@" piped 3>&1 4>&2
exec "$@"
