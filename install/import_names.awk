# Converts the output of nm to the input of objcopy --redefine-syms. Replaces the path of a temporary file of rustc, of which
# dlltool makes a part of symbols, by a number: each file has a path of its own.
/_imports_lib(_iname)?$/ && match($NF, /^_[A-Za-z0-9_]*_rustc[A-Za-z0-9]*_/) && !($NF in seen) {
    seen[$NF]
    path = substr($NF, 1, RLENGTH)
    sub(/^(_head|_)_/, "", path)
    if (!(path in number)) number[path] = ++count
    print $NF, ($NF ~ /^_head_/ ? "_head_" : "__") number[path] "_" substr($NF, RLENGTH + 1)
}
