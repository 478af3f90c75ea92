// The little of the multiboot specification, version 1, that the image speaks.
#pragma once

#define MULTIBOOT1_HEADER 0x1badb002
#define MULTIBOOT1_FLAGS 0x10002 /* memory information; addresses in the header */
#define MULTIBOOT1_LOADER 0x2badb002
#define EPTSPEC_LOADER 0x53545045 /* boot.S */
