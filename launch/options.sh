# The training's options, as far as a launcher has to know them to tell CONFIG.yaml from what belongs to an option. To be sourced.

# takes_value OPTION: whether a value follows it as a word of its own.
takes_value() {
    case $1 in
    --set | --stop-after | --timing | --warmup | --trace | --trace-steps) ;;
    *) return 1 ;;
    esac
}
