// The boot sector of a raw disk and the loader behind it: real mode, BIOS disk extensions. Brings the image to 1 MByte
// and the cases to 32 MBytes, asks for the memory map, and enters the image in 32-bit mode. 8 sectors at 7C00H.
// EAX is 'EPTS', EBX points to: address of the cases, of the memory map, number of its ranges.

#define BUFFER 0x10000
#define CHUNK 64 /* sectors */
#define IMAGE 0x100000
#define CASES 0x2000000
#define INFO 0x8f00
#define MAP 0x9000

.code16
.globl start
start:
  ljmp $0, $begin
begin:
  cli
  xorw %ax, %ax
  movw %ax, %ds
  movw %ax, %es
  movw %ax, %ss
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

// Written by the host: first sector and number of sectors of the image and of the cases.
.org 0x1a0
image_sector: .long 0
image_sectors: .long 0
cases_sector: .long 0
cases_sectors: .long 0
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
  cli
  lgdt gdt_pointer
  movl %cr0, %eax
  orb $1, %al
  movl %eax, %cr0
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
  lgdt gdt_pointer
  movl %cr0, %eax
  orb $1, %al
  movl %eax, %cr0
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
  movl $CASES, INFO
  movl $MAP, INFO + 4
  movl $0, INFO + 8
  xorl %ebx, %ebx
  movw $MAP, %di
1: movl $0xe820, %eax
  movl $24, %ecx
  movl $0x534d4150, %edx
  int $0x15
  jc 2f
  incl INFO + 8
  addw $24, %di
  testl %ebx, %ebx
  jz 2f
  cmpl $32, INFO + 8
  jb 1b
2: ret

.code32
protected:
  movw $0x10, %ax
  movw %ax, %ds
  movw %ax, %es
  movw %ax, %ss
  movl $0x53545045, %eax
  movl $INFO, %ebx
  movl $IMAGE, %ecx
  jmp *%ecx

.balign 8
gdt:
  .quad 0
  .quad 0x00cf9a000000ffff
  .quad 0x00cf92000000ffff
gdt_pointer:
  .word . - gdt - 1
  .long gdt
.org 8 * 512
