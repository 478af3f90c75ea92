# Turns the text file INPUT into a C++ header OUTPUT that defines kHeaderText, the text in pieces: a literal may have no more than 65,536
# characters.
file(READ ${INPUT} text)
string(LENGTH "${text}" length)
set(result "#pragma once\n\nconstexpr const char* kHeaderText[] = {")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND result "\n    R\"ept_text(${piece})ept_text\",")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT} "${result}};\n")
