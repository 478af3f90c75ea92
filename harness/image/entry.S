// From whoever booted the image (32-bit, no paging; EAX says who, EBX what he knows) to image_main in 64-bit mode, with
// the first 4 GBytes mapped where they are.
#include "harness/image/multiboot.h"
#include "harness/image/registers.inc"

.section .entry, "ax"
.code32
.globl entry32
entry32:
  jmp begin

.balign 8
multiboot1:
  .long MULTIBOOT1_HEADER
  .long MULTIBOOT1_FLAGS
  .long -(MULTIBOOT1_HEADER + MULTIBOOT1_FLAGS)
  .long multiboot1, entry32, zero_begin, zero_end, entry32

// Tags: addresses (header, load from, load end, end of zeros), entry, end.
.balign 8
multiboot2:
  .long MULTIBOOT2_HEADER, 0, multiboot2_end - multiboot2, -(MULTIBOOT2_HEADER + multiboot2_end - multiboot2)
  .short 2, 0
  .long 24, multiboot2, entry32, zero_begin, zero_end
  .short 3, 0
  .long 12, entry32, 0
  .short 0, 0
  .long 8
multiboot2_end:

begin:
  cli
  cld
  movl %eax, %esi
  movl %ebx, %ebp
  movl $zero_begin, %edi
  movl $zero_end, %ecx
  subl %edi, %ecx
  shrl $2, %ecx
  xorl %eax, %eax
  rep stosl
  movl $stack_end, %esp
  movl $0x80000000, %eax
  cpuid
  cmpl $0x80000001, %eax
  jb no_long_mode
  movl $0x80000001, %eax
  cpuid
  btl $29, %edx
  jnc no_long_mode

  movl $(page_directories + 3), pdpt
  movl $(page_directories + 0x1003), pdpt + 8
  movl $(page_directories + 0x2003), pdpt + 16
  movl $(page_directories + 0x3003), pdpt + 24
  movl $(pdpt + 3), pml4
  movl $page_directories, %edi
  movl $0x83, %eax
1: movl %eax, (%edi)
  addl $8, %edi
  addl $0x200000, %eax
  jnc 1b

  movl $pml4, %eax
  movl %eax, %cr3
  movl %cr4, %eax
  orl $0x20, %eax  // PAE
  movl %eax, %cr4
  movl $0xc0000080, %ecx
  rdmsr
  orl $0x100, %eax  // long mode
  wrmsr
  movl %cr0, %eax
  andl $0x9fffffff, %eax  // caches on
  orl $0x80000021, %eax  // paging, NE, PE
  movl %eax, %cr0
  lgdt gdt_pointer
  ljmp $0x08, $long_mode

// Nothing but the serial line is known to be there.
no_long_mode:
  movl $message, %esi
1: movw $0x3fd, %dx
2: inb %dx, %al
  testb $0x20, %al
  jz 2b
  lodsb
  testb %al, %al
  jz 3f
  movw $0x3f8, %dx
  outb %al, %dx
  outb %al, $0xe9
  jmp 1b
3: xchgw %bx, %bx
  hlt
  jmp 3b
message: .asciz "eptspec: this processor has no 64-bit mode\r\n"

.code64
long_mode:
  load_segments
  movl $stack_end, %esp
  movl %esi, %edi
  movl %ebp, %esi
  call image_main
1: hlt
  jmp 1b

.data
gdt_pointer:
  .word 5 * 8 - 1
  .quad gdt

.bss
.balign 4096
pml4: .skip 4096
pdpt: .skip 4096
page_directories: .skip 4 * 4096
  .skip 32768
stack_end:
.section .note.GNU-stack, "", @progbits
