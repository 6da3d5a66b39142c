# What `cmake --install` puts where. Program and launchers find their files by paths relative to their own, so
# these are the same everywhere, and a tree may be moved as a whole.
# Debian's folder of libraries, under any prefix, so that a build can be installed and packaged alike.
if(EXISTS /etc/debian_version AND CMAKE_LIBRARY_ARCHITECTURE)
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE} CACHE PATH "Folder of libraries")
endif()
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(share share/cvae_mpi)

# The program, with recipes, data and launchers as they lie in the project.
install(TARGETS cvae_mpi DESTINATION bin COMPONENT program)
install(DIRECTORY launch data DESTINATION ${share} COMPONENT program USE_SOURCE_PERMISSIONS
  PATTERN README.md EXCLUDE PATTERN make_verbs.py EXCLUDE PATTERN __pycache__ EXCLUDE
  # These need the project's source.
  REGEX "/launch/(build\\.sh|packages\\.sh|predict\\.py|cluster\\.xml|smpi\\..*)$" EXCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/page.html DESTINATION ${share} COMPONENT program)
install(TARGETS transport_mpi DESTINATION lib/cvae_mpi COMPONENT program)

# Manual pages and completions come from the program's help. The pages' date is the changelog's newest.
file(STRINGS CHANGELOG.md entry REGEX "^## " LIMIT_COUNT 1)
string(REGEX REPLACE "^.* - " "" date "${entry}")
set(manual ${PROJECT_SOURCE_DIR}/src/package/manual.sh)
add_custom_command(OUTPUT manual/cvae_mpi.1.gz COMMAND ${manual} $<TARGET_FILE:cvae_mpi> ${date} manual
  DEPENDS cvae_mpi ${manual} CHANGELOG.md VERBATIM)
add_custom_target(manual ALL DEPENDS manual/cvae_mpi.1.gz)
foreach(section 1 5)
  install(DIRECTORY ${PROJECT_BINARY_DIR}/manual/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT program
    FILES_MATCHING PATTERN *.${section}.gz)
endforeach()
install(FILES src/package/completion.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME cvae_mpi COMPONENT program)
install(FILES src/package/_cvae_mpi DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT local)

# libcvae, for pkg-config and for find_package(cvae): the targets cvae::cvae and cvae::cvae_static.
set_target_properties(cvae_shared PROPERTIES EXPORT_NAME cvae)
install(TARGETS cvae_shared EXPORT cvae LIBRARY COMPONENT library NAMELINK_COMPONENT development
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS cvae_static EXPORT cvae ARCHIVE COMPONENT development INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/cvae DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
set(cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/cvae)
install(EXPORT cvae NAMESPACE cvae:: FILE cvaeConfig.cmake DESTINATION ${cmake_folder} COMPONENT development)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cvaeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
list(JOIN CVAE_STATIC_LIBRARIES " -l" static_libraries)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/cvae.pc @ONLY CONTENT [[
prefix=${pcfiledir}/@to_prefix@
libdir=${prefix}/@CMAKE_INSTALL_LIBDIR@
includedir=${prefix}/@CMAKE_INSTALL_INCLUDEDIR@

Name: cvae
Description: converts and invents words with a model that cvae_mpi has trained
Version: @PROJECT_VERSION@
Cflags: -I${includedir}
Libs: -L${libdir} -lcvae
Libs.private: -l@static_libraries@
]])
install(FILES ${PROJECT_BINARY_DIR}/cvae.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/cvaeConfigVersion.cmake DESTINATION ${cmake_folder} COMPONENT development)

# Elsewhere than on Debian, packages are made by other tools.
if(EXISTS /usr/share/doc/libhdf5-dev/copyright)
  include(src/package/debian.cmake)
endif()
