module dataconnectors

go 1.24
