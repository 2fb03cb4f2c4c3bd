// SPDX-License-Identifier: Apache-2.0
// zlib, the library of the system: pages leave the desk compressed.
#include <zlib.h>
