# limpid_arrow: an installed Arrow with its CMake package, otherwise the C++ library inside the pyarrow wheel of
# .venv (or of LIMPID_PYTHON): its libraries carry only versioned names and no CMake package.
add_library(limpid_arrow INTERFACE)
find_package(Arrow CONFIG QUIET)
if(Arrow_FOUND)
  target_link_libraries(limpid_arrow INTERFACE Arrow::arrow_shared)
  set(LIMPID_ARROW_LIBRARY "")
else()
  if(NOT LIMPID_PYTHON)
    find_program(LIMPID_PYTHON NAMES python3 python PATHS ${CMAKE_CURRENT_SOURCE_DIR}/.venv/bin NO_DEFAULT_PATH)
    find_program(LIMPID_PYTHON NAMES python3 python)
  endif()
  execute_process(COMMAND ${LIMPID_PYTHON} -c
    "import pyarrow as p; print(p.get_include(), p.get_library_dirs()[0], p.cpp_build_info.so_version, sep=';')"
    OUTPUT_VARIABLE _arrow OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE _failed ERROR_QUIET)
  if(_failed)
    message(FATAL_ERROR "No Arrow: neither a CMake package nor the pyarrow wheel in ${LIMPID_PYTHON}. Run `make build`.")
  endif()
  list(GET _arrow 0 _include)
  list(GET _arrow 1 _folder)
  list(GET _arrow 2 _version)
  set(LIMPID_ARROW_LIBRARY ${_folder}/libarrow.so.${_version})
  add_library(limpid_arrow_wheel SHARED IMPORTED)
  set_target_properties(limpid_arrow_wheel PROPERTIES IMPORTED_LOCATION ${LIMPID_ARROW_LIBRARY}
    IMPORTED_SONAME libarrow.so.${_version} INTERFACE_INCLUDE_DIRECTORIES ${_include})
  target_link_libraries(limpid_arrow INTERFACE limpid_arrow_wheel)
  message(STATUS "Arrow: pyarrow wheel, ${LIMPID_ARROW_LIBRARY}")
endif()
