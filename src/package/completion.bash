# Completion of cvae_mpi for bash. It asks the program's own help, so that it knows what the program that is called knows:
# commands, options, the configuration's keys behind --set, and tenses.
_cvae_mpi() {
    local program=$1 current=$2 previous=$3 command='' file='' help words='' kind word
    local commands
    commands=$("$program" --help 2>/dev/null | sed -nE 's/^  ([a-z]+) +[A-Z].*/\1/p')
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word != -* && -z $command ]]; then
            command=$word
        elif [[ $word != -* && -z $file && $word != = ]]; then
            file=$word
        fi
    done
    help=$("$program" "$(grep -xF -- "$command" <<<"$commands" || echo train)" --help 2>/dev/null)
    # An option's value: after a blank, or after =, which is a word of its own here.
    [[ $current != = ]] || current=''
    [[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD - 2]}
    [[ ${COMP_WORDS[COMP_CWORD]} != = ]] || previous=${COMP_WORDS[COMP_CWORD - 1]}
    kind=$(sed -nE "s/^ {2,6}(-., )?${previous:--}[= ]([A-Z][A-Z=:]*)( .*)?$/\2/p" <<<"$help" | head -n 1)
    [[ $previous == -* ]] || kind=''
    if [[ $kind == KEY=VALUE ]]; then
        compopt -o nospace
        words=$("$program" --help-config 2>/dev/null | sed -nE '/^$/,/^$/s/^([a-z_.]+)( [(]?\*[)]?)?$/\1=/p')
    elif [[ $kind == CONDITION ]]; then
        words=$("$program" inspect "$file" --json 2>/dev/null | sed -nE 's/.*"conditions": "([^"]*)".*/\1/p')
        words=${words//\\n/ }
    elif [[ -n $kind && $kind != FILE && $kind != OTHER ]]; then
        return # a number or the like
    elif [[ -z $kind && $current == -* ]]; then
        words=$(grep -oE -- '^ {2,6}(-[a-zA-Z])?(, )?(--[a-z-]+)?' <<<"$help" | tr -d ',')
        [[ -n $command ]] || words+=$("$program" --help 2>/dev/null | sed -nE 's/^  (--[a-z-]+) .*/ \1/p')
    else
        [[ -n $command || -n $kind ]] || words=$commands
        compopt -o default
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _cvae_mpi cvae_mpi
