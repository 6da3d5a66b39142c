#!/usr/bin/env bash
# The short version of campaign_kill.sh.
exec bash "$(dirname "$0")/campaign_kill.sh" 6 3 "$1"
