#!/bin/sh
# Ends what a notebook's shell commands left running once the kernel is gone, also when it was killed with kill -9:
# the kernel holds the other end of this script's standard input, and the system closes it whatever happens.
# First line: the session's mark, which is in the environment of all its commands. Then `add PID` and `drop PID` of process groups,
# and `own PID` of the kernel, whose group is ended once it has left by itself.
trap '' INT HUP TERM PIPE
read -r mark || exit 0
groups=' '
own=
while read -r verb pid; do
  case $verb in
    add) groups="$groups$pid " ;;
    own) own=$pid ;;
    drop)
      rest=' '
      for group in $groups; do [ "$group" = "$pid" ] || rest="$rest$group "; done
      groups=$rest
      ;;
  esac
done

# Those that left their group by setsid or a double fork still carry the mark.
marked() {
  if [ -r /proc/self/environ ]; then
    grep -l -- "$mark" /proc/[0-9]*/environ 2>/dev/null | sed 's|^/proc/||; s|/environ$||'
  else
    ps axeww -o pid= -o command= 2>/dev/null | grep -- "$mark" | grep -v ' grep ' | awk '{ print $1 }'
  fi
}

end() {
  left=
  for group in $groups; do kill "-$1" "-$group" 2>/dev/null && left=1; done
  for pid in $(marked); do kill "-$1" "$pid" 2>/dev/null && left=1; done
  [ -n "$left" ]
}

sweep() {
  end TERM || return
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.2
    end 0 || return
  done
  end KILL
}

sweep
[ -n "$own" ] || exit 0
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  kill -0 "$own" 2>/dev/null || break
  sleep 0.2
done
groups=$own
sweep
