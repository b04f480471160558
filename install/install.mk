# Deletes a library that exceeds the size limit, so that the next make builds it again.
.DELETE_ON_ERROR:

# For packagers: make install PREFIX=/usr DESTDIR=… LIBDIR=/usr/lib/…, and make uninstall with the same variables.
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
BINDIR ?= $(PREFIX)/bin
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/data_connectors
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
CMAKEDIR ?= $(LIBDIR)/cmake/data_connectors

VERSION := $(shell sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
ABI := $(shell sed -n 's/^\#define DC_ABI_VERSION //p' include/data_connectors.h)
# Set if the compiler is MinGW-w64.
WINDOWS := $(findstring mingw,$(shell $(CC) -dumpmachine 2>/dev/null))
# For CMake.
SYSTEM = $(if $(WINDOWS),Windows,$(shell uname -s))
POINTER_SIZE = $(shell echo __SIZEOF_POINTER__ | $(CC) $(CFLAGS) -E -P -)

STAGE := $(TARGET)/stage
# The folder of the libraries that cargo built. cargo is not run if it is set to another folder, for example of another
# target.
BUILT := $(TARGET)/release
# Set it to nothing to keep the symbols for debuggers.
STRIP_FLAG ?= -s
OBJCOPY ?= objcopy
DLLTOOL ?= dlltool
NM ?= nm
ARCHIVE := $(STAGE)/libdata_connectors.a
SONAME := libdata_connectors.so.$(ABI)
HEADERS := data_connectors.h data_connectors.hpp
# The licences of Rust's standard library, if the documentation of the toolchain is installed.
STD_NOTICES ?= $(shell rustc --print sysroot 2>/dev/null)/share/doc/rust/COPYRIGHT-library.html
STD_NOTICES_NAME = rust-std-copyright$(or $(suffix $(STD_NOTICES)),.txt)
NOTICES := LICENSE LICENSE-APACHE LICENSE-MIT THIRD-PARTY-NOTICES.txt

# LIBRARY is the shared library that cargo builds, REAL the installed one, and LINKS are symbolic links to it. Programs for
# Windows are linked with IMPORT_FILES. STATIC_LIBS are the libraries that a statically linked program requires, except those
# that the compiler adds (gcc_s and c).
ifdef WINDOWS
LIBRARY := data_connectors.dll
REAL := $(LIBRARY)
SHAREDDIR := $(BINDIR)
LINKS :=
# For GNU ld, for MSVC, and the file that both are generated from.
IMPORT_FILES := libdata_connectors.dll.a data_connectors.lib data_connectors.def
IMPORTED := IMPORTED_IMPLIB "$${_data_connectors_libdir}/data_connectors.lib"
STATIC_LIBS := kernel32 ntdll userenv ws2_32 dbghelp
# GNU ld for Windows can't make other symbols local.
convert_archive = $(NM) $(BUILT)/libdata_connectors.a 2>/dev/null | awk -f install/import_names.awk >$(STAGE)/import_names && \
	$(OBJCOPY) -D --redefine-syms=$(STAGE)/import_names $(BUILT)/libdata_connectors.a $(ARCHIVE)

# rustc exports only the functions of the header. The import libraries are identical: GNU ld prefers the name that ends in
# .dll.a to the static library.
$(STAGE)/$(REAL): $(ARCHIVE) $(STAGE)/data_connectors.map
	@cp $(BUILT)/$(LIBRARY) $@
	@sh install/size.sh $@
	@{ echo "LIBRARY $(LIBRARY)" && echo EXPORTS && sed -n 's/^ *\(dc_.*\);$$/    \1/p' $(STAGE)/data_connectors.map; } \
		>$(STAGE)/data_connectors.def
	@$(DLLTOOL) -m i386:x86-64 -d $(STAGE)/data_connectors.def -l $(STAGE)/data_connectors.lib
	@cp $(STAGE)/data_connectors.lib $(STAGE)/libdata_connectors.dll.a
else
LIBRARY := libdata_connectors.so
REAL := $(SONAME).$(VERSION)
SHAREDDIR := $(LIBDIR)
LINKS := $(SONAME) $(LIBRARY)
IMPORT_FILES :=
IMPORTED := IMPORTED_SONAME "$(SONAME)"
STATIC_LIBS := util rt pthread m dl
convert_archive = LD="$(LD)" OBJCOPY="$(OBJCOPY)" AR="$(AR)" STRIP_FLAG="$(STRIP_FLAG)" \
	sh install/archive.sh $(BUILT)/libdata_connectors.a $(STAGE)/data_connectors.map $(ARCHIVE)

# Linked again, because cargo cannot pass a version script.
$(STAGE)/$(REAL): $(ARCHIVE) $(STAGE)/data_connectors.map
	@$(CC) $(CFLAGS) $(LDFLAGS) -shared $(STRIP_FLAG) -o $@ -Wl,-soname,$(SONAME) -Wl,--version-script=$(STAGE)/data_connectors.map \
		-Wl,--whole-archive $(ARCHIVE) -Wl,--no-whole-archive -Wl,--gc-sections -Wl,--no-undefined \
		-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodelete $(STATIC_LIBS:%=-l%) $(LDLIBS)
	@sh install/size.sh $@
endif

$(STAGE)/data_connectors.map: abi/data_connectors.json install/version_map.awk
	@mkdir -p $(STAGE)
	@awk -f install/version_map.awk abi/data_connectors.json >$@

$(STAGE)/man/data_connectors.3: include/data_connectors.h install/man.awk
	@rm -rf $(STAGE)/man && mkdir -p $(STAGE)/man
	@awk -v folder=$(STAGE)/man -v version=$(VERSION) -f install/man.awk include/data_connectors.h

# Root may not have cargo: then an existing build is installed.
staged: $(STAGE)/data_connectors.map ## build the files that `make install` copies
	@if [ $(BUILT) != $(TARGET)/release ]; then $(convert_archive); \
	elif command -v cargo >/dev/null || [ ! -f $(ARCHIVE) ]; then $(MAKE) --no-print-directory library; fi
	@$(MAKE) --no-print-directory --silent $(STAGE)/$(REAL) $(STAGE)/man/data_connectors.3

# Installs files ($1) in a folder ($2) with a mode ($3).
define put
	@for file in $(1); do install -m $(3) $$file $(DESTDIR)$(2) && echo "installed $(DESTDIR)$(2)/$${file##*/}" || exit 1; done
endef

# Fills in a template ($1) and installs it in a folder ($2). Paths are relative, so that the installation can be moved.
# After `sudo make install` the file in the stage belongs to root.
define fill
	@rm -f $(STAGE)/$(1)
	@sed -e 's|@VERSION@|$(VERSION)|g' -e 's|@REAL@|$(REAL)|g' -e 's|@STATIC_LIBS@|$(STATIC_LIBS:%=-l%)|g' \
		-e 's|@SYSTEM@|$(SYSTEM)|g' -e 's|@POINTER_SIZE@|$(POINTER_SIZE)|g' \
		-e "s|@PREFIX@|$$(sh install/relative.sh '$(2)' '$(PREFIX)')|g" \
		-e "s|@LIBDIR@|$$(sh install/relative.sh '$(2)' '$(LIBDIR)')|g" \
		-e "s|@SHAREDDIR@|$$(sh install/relative.sh '$(2)' '$(SHAREDDIR)')|g" -e 's|@IMPORTED@|$(IMPORTED)|g' \
		-e "s|@INCLUDEDIR@|$$(sh install/relative.sh '$(2)' '$(INCLUDEDIR)')|g" install/$(1).in >$(STAGE)/$(1)
	$(call put,$(STAGE)/$(1),$(2),644)
endef

FOLDERS := LIBDIR BINDIR INCLUDEDIR MANDIR DOCDIR PKGCONFIGDIR CMAKEDIR
# make cannot handle paths with spaces, and uninstall must not remove other files.
check-folders:
	$(if $(word 2,x$(DESTDIR)$(PREFIX)),$(error DESTDIR or PREFIX contains a space: use paths without spaces))
	$(foreach folder,$(FOLDERS),$(if $(filter 1,$(words $($(folder)))),,$(error $(folder) is empty or contains a space: use one path without spaces)))

# The last folder of each installed file.
INSTALLED_FOLDERS = $(addprefix $(DESTDIR),$(sort $(LIBDIR) $(SHAREDDIR)) $(INCLUDEDIR) $(MANDIR)/man3 $(DOCDIR) $(PKGCONFIGDIR) $(CMAKEDIR))
CREATED_FOLDERS := $(STAGE)/created_folders

install: check-folders staged ## install the library, headers, manual pages and package files below PREFIX (DESTDIR=… for packagers)
	@sh install/folders.sh create $(CREATED_FOLDERS) $(INSTALLED_FOLDERS)
	$(call put,$(STAGE)/$(REAL),$(SHAREDDIR),755)
	@cd $(DESTDIR)$(LIBDIR) && file=$(REAL) && for link in $(LINKS); do \
		ln -sf $$file $$link && echo "installed $(DESTDIR)$(LIBDIR)/$$link" && file=$$link || exit 1; done
	$(call put,$(ARCHIVE) $(IMPORT_FILES:%=$(STAGE)/%),$(LIBDIR),644)
	$(call put,$(HEADERS:%=include/%),$(INCLUDEDIR),644)
	$(call put,$(STAGE)/man/*.3,$(MANDIR)/man3,644)
	$(call put,$(NOTICES),$(DOCDIR),644)
	@[ ! -f $(STD_NOTICES) ] || { install -m 644 $(STD_NOTICES) $(DESTDIR)$(DOCDIR)/$(STD_NOTICES_NAME) && \
		echo "installed $(DESTDIR)$(DOCDIR)/$(STD_NOTICES_NAME)"; }
	$(call fill,data_connectors.pc,$(PKGCONFIGDIR))
	$(call fill,data_connectorsConfig.cmake,$(CMAKEDIR))
	$(call fill,data_connectorsConfigVersion.cmake,$(CMAKEDIR))

INSTALLED_FILES = $(DESTDIR)$(SHAREDDIR)/$(REAL) \
	$(addprefix $(DESTDIR)$(LIBDIR)/,libdata_connectors.a $(LINKS) $(IMPORT_FILES)) \
	$(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(HEADERS)) \
	$(addprefix $(DESTDIR)$(MANDIR)/man3/,$(shell awk -v list=1 -f install/man.awk include/data_connectors.h)) \
	$(addprefix $(DESTDIR)$(DOCDIR)/,$(NOTICES) $(STD_NOTICES_NAME)) \
	$(DESTDIR)$(PKGCONFIGDIR)/data_connectors.pc \
	$(addprefix $(DESTDIR)$(CMAKEDIR)/data_connectors,Config.cmake ConfigVersion.cmake)

# Removes the empty folders that `make install` created, and the package's own empty folders even if another copy of the
# repository installed them. A closed pipe, as of `| head`, must not end the removal halfway.
uninstall: check-folders ## remove the installed files
	@trap '' PIPE; found=; for file in $(INSTALLED_FILES); do \
		if [ -e $$file ] || [ -L $$file ]; then \
			found=1; rm -f $$file || exit 1; echo "removed $$file" 2>/dev/null || true; fi; done; \
	mkdir -p $(STAGE) && sh install/folders.sh remove $(CREATED_FOLDERS) $(INSTALLED_FOLDERS) || exit 1; \
	rmdir $(DESTDIR)$(CMAKEDIR) $(DESTDIR)$(DOCDIR) 2>/dev/null; \
	[ -n "$$found" ] || { echo "nothing is installed below $(DESTDIR)$(PREFIX): pass the variables of make install" >&2; exit 1; }
