# Deletes a library that exceeds the size limit, so that the next make builds it again.
.DELETE_ON_ERROR:

# For packagers: make install PREFIX=/usr DESTDIR=… LIBDIR=/usr/lib/…, and make uninstall with the same variables.
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/data_connectors
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
CMAKEDIR ?= $(LIBDIR)/cmake/data_connectors

VERSION := $(shell sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
ABI := $(shell sed -n 's/^\#define DC_ABI_VERSION //p' include/data_connectors.h)
# Libraries that a statically linked program needs, except those that the compiler adds (gcc_s and c).
STATIC_LIBS := util rt pthread m dl

STAGE := $(TARGET)/stage
# Set it to nothing to keep the symbols for debuggers.
STRIP_FLAG ?= -s
OBJCOPY ?= objcopy
ARCHIVE := $(STAGE)/libdata_connectors.a
SONAME := libdata_connectors.so.$(ABI)
REAL := $(SONAME).$(VERSION)
HEADERS := data_connectors.h data_connectors.hpp
# The licences of Rust's standard library, if the documentation of the toolchain is installed.
STD_NOTICES = $(shell rustc --print sysroot 2>/dev/null)/share/doc/rust/COPYRIGHT-library.html
NOTICES := LICENSE LICENSE-APACHE LICENSE-MIT THIRD-PARTY-NOTICES.txt

# Linked again, because cargo cannot pass a version script.
$(STAGE)/$(REAL): $(ARCHIVE) $(STAGE)/data_connectors.map
	@$(CC) $(CFLAGS) $(LDFLAGS) -shared $(STRIP_FLAG) -o $@ -Wl,-soname,$(SONAME) -Wl,--version-script=$(STAGE)/data_connectors.map \
		-Wl,--whole-archive $(ARCHIVE) -Wl,--no-whole-archive -Wl,--gc-sections -Wl,--no-undefined -Wl,-O1 \
		-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodelete $(STATIC_LIBS:%=-l%)
	@sh install/size.sh $@

$(STAGE)/data_connectors.map: abi/data_connectors.json install/version_map.awk
	@mkdir -p $(STAGE)
	@awk -f install/version_map.awk abi/data_connectors.json >$@

$(STAGE)/man/data_connectors.3: include/data_connectors.h install/man.awk
	@rm -rf $(STAGE)/man && mkdir -p $(STAGE)/man
	@awk -v folder=$(STAGE)/man -v version=$(VERSION) -f install/man.awk include/data_connectors.h

# Root may not have cargo: then an existing build is installed.
staged: ## build the files that `make install` copies
	@if command -v cargo >/dev/null || [ ! -f $(ARCHIVE) ]; then $(MAKE) --no-print-directory library; fi
	@$(MAKE) --no-print-directory --silent $(STAGE)/$(REAL) $(STAGE)/man/data_connectors.3

# Installs files ($1) in a folder ($2) with a mode ($3).
define put
	@for file in $(1); do install -m $(3) $$file $(DESTDIR)$(2) && echo "installed $(DESTDIR)$(2)/$${file##*/}" || exit 1; done
endef

# Installs a symbolic link ($1) to a file ($2) of the same folder.
define link
	@ln -sf $(2) $(DESTDIR)$(LIBDIR)/$(1) && echo "installed $(DESTDIR)$(LIBDIR)/$(1)"
endef

# Fills in a template ($1) and installs it in a folder ($2). Paths are relative, so that the installation can be moved.
# After `sudo make install` the file in the stage belongs to root.
define fill
	@rm -f $(STAGE)/$(1)
	@sed -e 's|@VERSION@|$(VERSION)|g' -e 's|@ABI@|$(ABI)|g' -e 's|@REAL@|$(REAL)|g' -e 's|@STATIC_LIBS@|$(STATIC_LIBS:%=-l%)|g' \
		-e "s|@PREFIX@|$$(sh install/relative.sh '$(2)' '$(PREFIX)')|g" \
		-e "s|@LIBDIR@|$$(sh install/relative.sh '$(2)' '$(LIBDIR)')|g" \
		-e "s|@INCLUDEDIR@|$$(sh install/relative.sh '$(2)' '$(INCLUDEDIR)')|g" install/$(1).in >$(STAGE)/$(1)
	$(call put,$(STAGE)/$(1),$(2),644)
endef

FOLDERS := LIBDIR INCLUDEDIR MANDIR DOCDIR PKGCONFIGDIR CMAKEDIR
# make cannot handle paths with spaces, and uninstall must not remove other files.
check-folders:
	$(if $(word 2,x$(DESTDIR)$(PREFIX)),$(error DESTDIR or PREFIX contains a space: use paths without spaces))
	$(foreach folder,$(FOLDERS),$(if $(filter 1,$(words $($(folder)))),,$(error $(folder) is empty or contains a space: use one path without spaces)))

# The last folder of each installed file.
INSTALLED_FOLDERS = $(addprefix $(DESTDIR),$(LIBDIR) $(INCLUDEDIR) $(MANDIR)/man3 $(DOCDIR) $(PKGCONFIGDIR) $(CMAKEDIR))
CREATED_FOLDERS := $(STAGE)/created_folders

install: check-folders staged ## install the library, headers, manual pages and package files below PREFIX (DESTDIR=… for packagers)
	@sh install/folders.sh create $(CREATED_FOLDERS) $(INSTALLED_FOLDERS)
	$(call put,$(STAGE)/$(REAL),$(LIBDIR),755)
	$(call link,$(SONAME),$(REAL))
	$(call link,libdata_connectors.so,$(SONAME))
	$(call put,$(ARCHIVE),$(LIBDIR),644)
	$(call put,$(HEADERS:%=include/%),$(INCLUDEDIR),644)
	$(call put,$(STAGE)/man/*.3,$(MANDIR)/man3,644)
	$(call put,$(NOTICES),$(DOCDIR),644)
	@[ ! -f $(STD_NOTICES) ] || { install -m 644 $(STD_NOTICES) $(DESTDIR)$(DOCDIR)/rust-std-copyright.html && \
		echo "installed $(DESTDIR)$(DOCDIR)/rust-std-copyright.html"; }
	$(call fill,data_connectors.pc,$(PKGCONFIGDIR))
	$(call fill,data_connectorsConfig.cmake,$(CMAKEDIR))
	$(call fill,data_connectorsConfigVersion.cmake,$(CMAKEDIR))

INSTALLED_FILES = $(addprefix $(DESTDIR)$(LIBDIR)/,$(REAL) $(SONAME) libdata_connectors.so libdata_connectors.a) \
	$(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(HEADERS)) \
	$(addprefix $(DESTDIR)$(MANDIR)/man3/,$(shell awk -v list=1 -f install/man.awk include/data_connectors.h)) \
	$(addprefix $(DESTDIR)$(DOCDIR)/,$(NOTICES) rust-std-copyright.html) \
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
