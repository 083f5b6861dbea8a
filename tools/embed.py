#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed.py FILE OUTPUT.c NAME: a file as an array of C, `NAME_object`, and its size, `NAME_bytes`."""
import pathlib
import sys


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    data, name = pathlib.Path(sys.argv[1]).read_bytes(), sys.argv[3]
    lines = [', '.join(str(b) for b in data[i:i + 32]) for i in range(0, len(data), 32)]
    array, size = f'const unsigned char {name}_object[]', f'const size_t {name}_bytes'
    pathlib.Path(sys.argv[2]).write_text(
        f'#include <stddef.h>\nextern {array};\nextern {size};\n_Alignas(16) {array} = {{\n' + ',\n'.join(lines) +
        f'}};\n{size} = sizeof({name}_object);\n')


if __name__ == '__main__':
    main()
