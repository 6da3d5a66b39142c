# Assembles the page: cmake -DFOLDER=src/report -DDYGRAPHS=dygraph.min.js -DLICENCE=copyright -DPAGE=page.html -DC_FILE=page_html.c
# -P page.cmake. PAGE is a file to be filled (@DATA@) by whoever has data, C_FILE the same text as an array of C.
get_filename_component(library ${DYGRAPHS} DIRECTORY)
file(READ ${FOLDER}/page.html page)
file(READ ${FOLDER}/page.css css)
file(READ ${FOLDER}/page.js js)
file(READ ${library}/dygraph.min.css dygraphs_css)
file(READ ${DYGRAPHS} dygraphs_js)
file(READ ${LICENCE} licence)
# A page that is complete in itself has no source maps, which a browser's tools would look for.
string(REGEX REPLACE "/\\*# sourceMappingURL=[^\n]*" "" dygraphs_css "${dygraphs_css}")
string(REGEX REPLACE "//# sourceMappingURL=[^\n]*" "" dygraphs_js "${dygraphs_js}")
string(REPLACE "&" "&amp;" licence "${licence}")
string(REPLACE "<" "&lt;" licence "${licence}")
foreach(part CSS JS DYGRAPHS_CSS DYGRAPHS_JS LICENCE)
  string(TOLOWER ${part} name)
  string(REPLACE "@${part}@" "${${name}}" page "${page}")
endforeach()
file(WRITE ${PAGE} "${page}")

file(READ ${PAGE} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n" bytes "${bytes}")
file(WRITE ${C_FILE} "extern const unsigned char page_html[];\nconst unsigned char page_html[] = {\n${bytes}0};\n")
