// The little of the multiboot specifications, versions 1 and 2, that entry.S and boot.cpp share.
#pragma once

#define MULTIBOOT1_HEADER 0x1badb002
#define MULTIBOOT1_FLAGS 0x10002 /* memory information; addresses in the header */
#define MULTIBOOT1_LOADER 0x2badb002
#define MULTIBOOT2_HEADER 0xe85250d6
#define MULTIBOOT2_LOADER 0x36d76289
#define EPTSPEC_LOADER 0x53545045 /* boot.S */
