// Exceptions of the image itself: all lead back to guarded().
#include "harness/image/registers.inc"

.text

// int guarded(void (*function)(void*), void* argument): calls it; 1 when an exception ended it, else 0.
.globl guarded
guarded:
  push_registers
  movq %rsp, guarded_stack(%rip)
  movq %rdi, %rax
  movq %rsi, %rdi
  subq $8, %rsp
  call *%rax
  addq $8, %rsp
  xorl %eax, %eax
leave_guarded:
  movq $0, guarded_stack(%rip)
  pop_registers
  ret

trapped: // on the stack: vector, error code, RIP
  movq 0(%rsp), %rax
  movq %rax, last_trap(%rip)
  movq 8(%rsp), %rax
  movq %rax, last_trap + 8(%rip)
  movq 16(%rsp), %rax
  movq %rax, last_trap + 16(%rip)
  movq %cr2, %rax
  movq %rax, last_trap + 24(%rip)
  movq guarded_stack(%rip), %rsp
  testq %rsp, %rsp
  jz 1f
  movl $1, %eax
  jmp leave_guarded
1: leaq trap_stack_end(%rip), %rsp
  call fatal_trap
2: hlt
  jmp 2b

.altmacro
.macro stub vector
trap_\vector:
  .if (\vector == 8) || ((\vector >= 10) && (\vector <= 14)) || (\vector == 17) || (\vector == 21)
  .else
  pushq $0
  .endif
  pushq $\vector
  jmp trapped
.endm
.macro address vector
  .quad trap_\vector
.endm
.set n, 0
.rept 32
  stub %n
  .set n, n + 1
.endr

.section .rodata
.globl trap_stubs
trap_stubs:
.set n, 0
.rept 32
  address %n
  .set n, n + 1
.endr

.bss
.balign 16
.globl last_trap
last_trap: .skip 32
guarded_stack: .skip 8
  .skip 4096
trap_stack_end:
.section .note.GNU-stack, "", @progbits
