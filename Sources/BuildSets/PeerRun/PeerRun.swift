// Nothing: this target is the list of programs, in Package.swift, that `scripts/bench --peers` builds.
