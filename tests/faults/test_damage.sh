#!/usr/bin/env bash
# The short version of campaign_damage.sh.
exec bash "$(dirname "$0")/campaign_damage.sh" 240 60 2 "$1"
