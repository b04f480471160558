module bench

go 1.24

require dataconnectors v0.0.0

replace dataconnectors => ../../bindings/go
