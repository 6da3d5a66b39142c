# Hosts of their own on one machine: . network.sh, behind shell.sh. Each has its name, its network address, its processes and its
# /dev/shm, and an sshd; a bridge connects them. They share the machine's files. Nothing of the machine's own network, ssh or
# folders is touched, and all names have this process's number. Ends the script as skipped where that cannot be had.

. "$project/tests/support/install.sh"
isolated=(unshare --uts --mount --ipc --pid --fork --kill-child --mount-proc)
[ "$(id -u)" -eq 0 ] || skip "not root, who may make network namespaces"
needs "openssh-server openssh-client iproute2" ip ssh ssh-keygen sshd
switch=cvae$$-switch
ip netns add "$switch" 2>/dev/null || skip "no network namespaces here (CAP_SYS_ADMIN)"
hosts=()
stop_hosts() {
    local i
    set +e
    for i in "${!hosts[@]}"; do
        # With the first process of a namespace all others go.
        kill -KILL "${hosts[i]}" 2>/dev/null
        wait "${hosts[i]}" 2>/dev/null
        ip netns del "cvae$$-$i"
    done
    ip netns del "$switch"
    remove_scratch
}
trap stop_hosts EXIT
ip -n "$switch" link add bridge type bridge 2>/dev/null || skip "no network of our own here (CAP_NET_ADMIN)"
ip -n "$switch" link add probe type veth peer name probed 2>/dev/null || skip "no cables of our own here (veth)"
ip -n "$switch" link del probe
"${isolated[@]}" true 2>/dev/null || skip "no namespaces of processes and mounts here (CAP_SYS_ADMIN)"

# start_hosts COUNT: host1 and so on. $OMPI_MCA_plm_rsh_args leads to them, from one to the other.
start_hosts() {
    local i ssh=$scratch/ssh
    mkdir "$ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$ssh/key"
    ssh-keygen -q -t ed25519 -N '' -f "$ssh/host_key"
    printf '%s\n' "IdentityFile $ssh/key" "IdentitiesOnly yes" "UserKnownHostsFile $ssh/known_hosts" "StrictHostKeyChecking no" \
        "LogLevel ERROR" >"$ssh/config"
    printf '%s\n' "HostKey $ssh/host_key" "AuthorizedKeysFile $ssh/key.pub" "PermitRootLogin prohibit-password" \
        "StrictModes no" "UsePAM no" "PidFile none" >"$ssh/sshd_config"
    printf '%s\n' "127.0.0.1 localhost" >"$scratch/hosts"
    # Where root's password is locked, sshd without PAM lets nobody in, by a key neither.
    (umask 077 && sed 's/^root:[^:]*:/root:*:/' /etc/shadow >"$scratch/shadow")
    ip -n "$switch" link set bridge up
    for ((i = 1; i <= $1; i++)); do
        echo "10.9.0.$i host$i" >>"$scratch/hosts"
        start_host "$i"
    done
    export OMPI_MCA_plm_rsh_args="-F $ssh/config $OMPI_MCA_plm_rsh_args" OMPI_MCA_orte_tmpdir_base=$scratch
    for ((i = 1; i <= $1; i++)); do
        for waited in {1..100}; do
            on_host 1 ssh -F "$ssh/config" "host$i" true 2>/dev/null && continue 2
            sleep 0.1
        done
        fail "host$i: no answer: $(cat "$scratch/sshd$i.log")"
    done
}
start_host() {
    local name=cvae$$-$1
    ip netns add "$name"
    ip -n "$switch" link add "port$1" type veth peer name eth0 netns "$name"
    ip -n "$switch" link set "port$1" master bridge up
    ip -n "$name" addr add "10.9.0.$1/24" dev eth0
    ip -n "$name" link set lo up
    ip -n "$name" link set eth0 up
    # It does not outlive this script, however that ends.
    setpriv --pdeathsig KILL ip netns exec "$name" "${isolated[@]}" bash -e -c '
        hostname "$1"
        mount -t tmpfs tmpfs /dev/shm
        mount -t tmpfs tmpfs /run
        mkdir /run/sshd
        mount --bind "$2/hosts" /etc/hosts
        mount --bind "$2/shadow" /etc/shadow
        exec /usr/sbin/sshd -D -e -f "$2/ssh/sshd_config"' - "host$1" "$scratch" >"$scratch/sshd$1.log" 2>&1 &
    hosts[$1]=$!
}

# on_host N COMMAND...: there, in the root folder.
on_host() {
    nsenter --target "$(pgrep -P "${hosts[$1]}")" --net --uts --mount --ipc --pid "${@:2}"
}

# cut_link N, join_link N: the host's cable.
cut_link() { ip -n "$switch" link set "port$1" down; }
join_link() { ip -n "$switch" link set "port$1" up; }
