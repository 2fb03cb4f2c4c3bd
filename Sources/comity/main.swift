// SPDX-License-Identifier: Apache-2.0

import Glibc

exit(await CommandLineTool.run(Array(CommandLine.arguments.dropFirst())))
