# bin/limpid, with Arrow beside it under lib/limpid where it comes from the wheel: the installed program needs neither
# the build tree nor .venv.
include(GNUInstallDirs)
set_target_properties(limpid PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/limpid")
install(TARGETS limpid RUNTIME DESTINATION bin)
if(LIMPID_ARROW_LIBRARY)
  install(FILES ${LIMPID_ARROW_LIBRARY} DESTINATION lib/limpid)
endif()
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
