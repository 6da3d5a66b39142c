# What `cmake --install` puts where. The program finds its files by paths relative to its own, so a tree may be moved as a whole.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(share ${CMAKE_INSTALL_DATADIR}/cvae_mpi)

# The program, with recipes, data and launchers as they lie in the project.
install(TARGETS cvae_mpi COMPONENT program)
install(DIRECTORY launch data DESTINATION ${share} COMPONENT program USE_SOURCE_PERMISSIONS
  PATTERN README.md EXCLUDE PATTERN make_verbs.py EXCLUDE PATTERN __pycache__ EXCLUDE
  # These need the project's source.
  REGEX "/launch/(build\\.sh|packages\\.sh|predict\\.py|cluster\\.xml|smpi\\..*)$" EXCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/page.html DESTINATION ${share} COMPONENT program)
# Where a program of <prefix>/bin finds them.
file(RELATIVE_PATH from_program /${CMAKE_INSTALL_BINDIR} /${share})
target_compile_definitions(cvae_mpi PRIVATE CVAE_SHARE="${from_program}")

if(NOT CVAE_MPI_LINKED)
  set(modules ${CMAKE_INSTALL_LIBDIR}/cvae_mpi)
  install(TARGETS transport_mpi DESTINATION ${modules} COMPONENT program)
  file(RELATIVE_PATH to_modules /${CMAKE_INSTALL_BINDIR} /${modules})
  set_target_properties(cvae_mpi PROPERTIES INSTALL_RPATH "$ORIGIN/${to_modules}")
endif()

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
