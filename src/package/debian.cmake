# Debian's packages: cpack -G DEB. cvae-mpi is the program, libcvae0 the library, libcvae-dev what programs are built with.
# An address that cannot be anybody's: who hands packages on, puts in their own.
set(CPACK_PACKAGE_CONTACT "The cvae_mpi authors <cvae_mpi@maintainers.invalid>" CACHE STRING "Who maintains the packages")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# What Debian wants in every package, and installs do not need.
set(debian ${PROJECT_BINARY_DIR}/debian)
foreach(part LICENSE data/WORDNET-LICENSE.txt ${DYGRAPHS_LICENCE} /usr/share/doc/libhdf5-dev/copyright)
  file(READ ${part} text)
  string(APPEND copyright "\n${text}")
endforeach()
file(WRITE ${debian}/copyright "cvae_mpi. Below: its own licence; that of WordNet, from which the verb table comes; that of dygraphs, which is in
page.html; and that of HDF5, which is linked in.\n${copyright}")
execute_process(COMMAND date -u -R -d ${date} OUTPUT_VARIABLE changed OUTPUT_STRIP_TRAILING_WHITESPACE)
file(WRITE ${debian}/changelog.Debian "cvae-mpi (${PROJECT_VERSION}-1) unstable; urgency=medium

  * The changes are in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${changed}\n")
configure_file(CHANGELOG.md ${debian}/changelog COPYONLY)
execute_process(COMMAND gzip -9nfk changelog changelog.Debian WORKING_DIRECTORY ${debian} COMMAND_ERROR_IS_FATAL ANY)

# package(COMPONENT NAME SECTION DEPENDS SUMMARY DESCRIPTION)
function(package component name section depends summary description)
  string(TOUPPER ${component} upper)
  set(CPACK_COMPONENT_${upper}_GROUP ${component} PARENT_SCOPE)
  set(CPACK_COMPONENT_DEBIAN_${upper}_GROUP ${component} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${depends}" PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${description}" PARENT_SCOPE)
  install(FILES ${debian}/copyright ${debian}/changelog.gz ${debian}/changelog.Debian.gz DESTINATION share/doc/${name}
    COMPONENT debian_${component} EXCLUDE_FROM_ALL)
endfunction()
set(about "cvae_mpi trains a conditional sequence-to-sequence VAE on word forms,\nsuch as verbs in four tenses: it converts words and invents new ones.")
# OpenBLAS and libzip are loaded when they are needed, which no tool sees.
package(program cvae-mpi science "openmpi-bin, libopenblas0, libzip4" "data-parallel training of a VAE on word forms" "${about}
.
Any number of MPI ranks gives the same bits. This package has the program,
its recipes, data and launchers.")
package(library libcvae0 libs "" "conversion and invention of words by a trained model" "${about}
.
This package has the library that reads a trained model.")
# Debian's policy for shared libraries.
file(WRITE ${debian}/triggers "activate-noawait ldconfig\n")
file(WRITE ${debian}/shlibs "libcvae 0 libcvae0 (>= ${PROJECT_VERSION})\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${debian}/triggers ${debian}/shlibs)
package(development libcvae-dev libdevel "libcvae0 (= ${PROJECT_VERSION}-1), libyaml-dev, libxxhash-dev, libutf8proc-dev, libaec-dev, zlib1g-dev"
  "conversion and invention of words - development files" "${about}
.
This package has the header, the static library, and files for pkg-config
and CMake.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "python3, python3-yaml")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "gnuplot-nox, libcvae-dev")
install(FILES src/package/_cvae_mpi DESTINATION share/zsh/vendor-completions COMPONENT debian_program EXCLUDE_FROM_ALL)
set(CPACK_COMPONENTS_ALL program library development debian_program debian_library debian_development)
include(CPack)
