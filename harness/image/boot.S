// The boot sector of a raw disk and the loader behind it: real mode, BIOS disk extensions. Brings the image to 1 MByte,
// the cases to 32 MBytes and earlier results to 64 MBytes, asks for the memory map, and enters the image in 32-bit mode.
// 8 sectors at 7C00H, which stay there: through write_sectors the image saves its results by way of the BIOS.
// EAX is 'EPTS', EBX points to `info` (struct DiskBoot of bios.cpp).
#include "harness/image/registers.inc"

#define BUFFER 0x10000
#define CHUNK 64 /* sectors */
#define IMAGE 0x100000
#define CASES 0x2000000
#define RESULTS 0x4000000
#define MAP 0x9000

.macro load_data_segments  // of AX
  movw %ax, %ds
  movw %ax, %es
  movw %ax, %ss
.endm

.macro load_all_segments
  load_data_segments
  movw %ax, %fs
  movw %ax, %gs
.endm

.macro protect  // on the way to protected mode
  lgdt gdt_pointer
  movl %cr0, %eax
  orb $1, %al
  movl %eax, %cr0
.endm

.code16
.globl start
start:
  ljmp $0, $begin
begin:
  cli
  xorw %ax, %ax
  load_data_segments
  movw $0x7c00, %sp
  sti
  movb %dl, drive
  movb $7, packet + 2
  movw $0x7e00, packet + 4
  movl $1, packet + 8
  call read
  jmp loader

// Reads what `packet` says, or stops with a message.
read:
  movw $packet, %si
  movb $0x42, %ah
  movb drive, %dl
  int $0x13
  jc failed
  ret
failed:
  movw $message, %si
1: lodsb
  testb %al, %al
  jz 2f
  movb $0x0e, %ah
  movw $7, %bx
  int $0x10
  jmp 1b
2: hlt
  jmp 2b

message: .asciz "eptspec: the disk cannot be read\r\n"
drive: .byte 0
.balign 4
packet: // disk address packet: size, sectors, offset, segment, first sector
  .byte 16, 0
  .word 0, 0, 0
  .quad 0

// Written by the host: first sector and number of sectors of the image, of the cases and of the results; no sectors of
// results when they stay in memory. Then comes the partition table.
.org 0x198
.ascii "EPTSDISK"
image_sector: .long 0
image_sectors: .long 0
cases_sector: .long 0
cases_sectors: .long 0
results_sector: .long 0
results_sectors: .long 0
.org 0x1fe
.word 0xaa55

loader:
  inb $0x92, %al  // A20
  orb $2, %al
  andb $0xfe, %al
  outb %al, $0x92
  call memory_map
  movl image_sector, %eax
  movl image_sectors, %ecx
  movl $IMAGE, %edi
  call load
  movl cases_sector, %eax
  movl cases_sectors, %ecx
  movl $CASES, %edi
  call load
  movl results_sector, %eax
  movl results_sectors, %ecx
  movl $RESULTS, %edi
  call load
  cli
  protect
  ljmp $0x08, $protected

// ECX sectors from sector EAX to physical address EDI.
load:
  movl %eax, packet + 8
1: testl %ecx, %ecx
  jz 3f
  movl $CHUNK, %edx
  cmpl %edx, %ecx
  jae 2f
  movl %ecx, %edx
2: movw %dx, packet + 2
  movw $0, packet + 4
  movw $(BUFFER >> 4), packet + 6
  pushal
  call read
  popal
  subl %edx, %ecx
  addl %edx, packet + 8
  shll $7, %edx
  pushl %ecx
  movl %edx, %ecx
  movl $BUFFER, %esi
  call flat_segments
  cld
  .byte 0x67 // 32-bit addresses
  rep movsl
  sti
  popl %ecx
  jmp 1b
3: ret

// DS and ES reach 4 GBytes in real mode until somebody loads them; the BIOS may have.
flat_segments:
  cli
  protect
  movw $0x10, %bx
  movw %bx, %ds
  movw %bx, %es
  andb $0xfe, %al
  movl %eax, %cr0
  xorw %bx, %bx
  movw %bx, %ds
  movw %bx, %es
  ret

// E820: ranges of 24 bytes at MAP.
memory_map:
  xorl %ebx, %ebx
  movw $MAP, %di
1: movl $0xe820, %eax
  movl $24, %ecx
  movl $0x534d4150, %edx
  int $0x15
  jc 2f
  incl ranges
  addw $24, %di
  testl %ebx, %ebx
  jz 2f
  cmpl $32, ranges
  jb 1b
2: ret

.code32
protected:
  movw $0x10, %ax
  load_data_segments
  movl $0x53545045, %eax
  movl $info, %ebx
  movl $IMAGE, %ecx
  jmp *%ecx

// Calls the BIOS from 64-bit mode, VMX being off, the first 4 GBytes mapped where they are, GDT and page tables below
// 4 GBytes. EDI: sector, ESI: number of sectors, at most CHUNK, of which the data is at BUFFER. EAX: 0 when written.
.code64
write_sectors:
  push_registers
  pushfq
  cli
  movl %edi, packet + 8
  movl $0, packet + 12
  movw %si, packet + 2
  movl $(BUFFER << 12), packet + 4
  sgdt saved_gdt
  sidt saved_idt
  movq %cr0, %rax
  movl %eax, saved_cr0
  movq %cr3, %rax
  movl %eax, saved_cr3
  movq %cr4, %rax
  movl %eax, saved_cr4
  movq %rsp, saved_rsp
  lgdt gdt_pointer
  pushq $0x08
  pushq $leave_long_mode
  lretq

.code32
leave_long_mode:
  movw $0x10, %ax
  movw %ax, %ss
  movl $0x7c00, %esp
  movl %cr0, %eax
  andl $0x7fffffff, %eax
  movl %eax, %cr0
  movl $0xc0000080, %ecx
  rdmsr
  movl %eax, saved_efer
  andl $0xfffffeff, %eax
  wrmsr
  xorl %eax, %eax
  movl %eax, %cr3
  movl %eax, %cr4
  ljmp $0x18, $leave_protected_mode

.code16
leave_protected_mode:
  movw $0x20, %ax
  load_all_segments
  lidt real_mode_idt
  movl %cr0, %eax
  andb $0xfe, %al
  movl %eax, %cr0
  ljmp $0, $in_real_mode
in_real_mode:
  xorw %ax, %ax
  load_all_segments
  movw $0x7c00, %sp
  sti
  movw $packet, %si
  movw $0x4300, %ax
  movb drive, %dl
  int $0x13
  cli
  sbbl %eax, %eax // the carry flag says that it failed
  movl %eax, failure
  protect
  ljmp $0x08, $back_in_protected_mode

.code32
back_in_protected_mode:
  movw $0x10, %ax
  load_data_segments
  movl saved_cr4, %eax
  movl %eax, %cr4
  movl saved_cr3, %eax
  movl %eax, %cr3
  movl $0xc0000080, %ecx
  rdmsr
  movl saved_efer, %eax
  wrmsr
  movl saved_cr0, %eax
  movl %eax, %cr0
  lgdt saved_gdt
  ljmp $0x08, $back_in_long_mode

.code64
back_in_long_mode:
  load_segments
  lidt saved_idt
  movq saved_rsp, %rsp
  movl failure, %eax
  popfq
  pop_registers
  ret

.balign 8
info:
  .long CASES, MAP
ranges: .long 0
  .long RESULTS
  .long results_sector, write_sectors, BUFFER, CHUNK

gdt:
  .quad 0
  .quad 0x00cf9a000000ffff
  .quad 0x00cf92000000ffff
  .quad 0x00009a000000ffff // 16-bit code and data
  .quad 0x000092000000ffff
gdt_pointer:
  .word . - gdt - 1
  .quad gdt
real_mode_idt:
  .word 0x3ff
  .long 0
.balign 8
saved_rsp: .quad 0
saved_cr0: .long 0
saved_cr3: .long 0
saved_cr4: .long 0
saved_efer: .long 0
failure: .long 0
saved_gdt: .skip 10
saved_idt: .skip 10
.org 8 * 512
