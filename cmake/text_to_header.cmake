# Turns the text files INPUT and SECOND into a C++ header OUTPUT that defines kHeaderText, their texts in pieces: a literal may have no more than 65,536
# characters.
file(READ ${INPUT} text)
file(READ ${SECOND} second)
string(APPEND text "${second}")
string(LENGTH "${text}" length)
set(result "#pragma once\n\nconstexpr const char* kHeaderText[] = {")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND result "\n    R\"ept_text(${piece})ept_text\",")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT} "${result}};\n")
