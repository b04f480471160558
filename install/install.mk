# What a system's packager knows: make install PREFIX=/usr DESTDIR=… LIBDIR=/usr/lib/…, and make uninstall.
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/data_connectors
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
CMAKEDIR ?= $(LIBDIR)/cmake/data_connectors

VERSION := $(shell sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
ABI := $(shell sed -n 's/^\#define DC_ABI_VERSION //p' include/data_connectors.h)
# What a program needs besides, that has the library in itself; but for what the compiler adds: gcc_s and c.
STATIC_LIBS := util rt pthread m dl

STAGE := $(TARGET)/stage
ARCHIVE := $(TARGET)/release/libdata_connectors.a
SONAME := libdata_connectors.so.$(ABI)
REAL := $(SONAME).$(VERSION)
HEADERS := data_connectors.h data_connectors.hpp
NOTICES := LICENSE LICENSE-APACHE LICENSE-MIT THIRD-PARTY-NOTICES.txt

# Linked here once more, as cargo's link can't give the functions version nodes.
$(STAGE)/$(REAL): $(ARCHIVE) $(STAGE)/data_connectors.map
	$(CC) -shared -s -o $@ -Wl,-soname,$(SONAME) -Wl,--version-script=$(STAGE)/data_connectors.map \
		-Wl,--whole-archive $(ARCHIVE) -Wl,--no-whole-archive -Wl,--gc-sections -Wl,--no-undefined -Wl,-O1 \
		-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodelete $(STATIC_LIBS:%=-l%)
	@sh install/size.sh $@

$(STAGE)/data_connectors.map: docs/symbols.txt install/version_map.awk
	@mkdir -p $(STAGE)
	awk -f install/version_map.awk docs/symbols.txt >$@

$(STAGE)/man/data_connectors.3: include/data_connectors.h install/man.awk
	@rm -rf $(STAGE)/man && mkdir -p $(STAGE)/man
	awk -v folder=$(STAGE)/man -v version=$(VERSION) -f install/man.awk include/data_connectors.h

staged: library
	@$(MAKE) --no-print-directory $(STAGE)/$(REAL) $(STAGE)/man/data_connectors.3

# Each file of the package says where the others are in terms of its own place: the whole can be moved.
fill = sed -e 's|@VERSION@|$(VERSION)|g' -e 's|@ABI@|$(ABI)|g' -e 's|@REAL@|$(REAL)|g' -e 's|@STATIC_LIBS@|$(STATIC_LIBS)|g' \
	-e 's|@STATIC_FLAGS@|$(STATIC_LIBS:%=-l%)|g' -e "s|@LIBDIR@|$$(sh install/relative.sh $(2) $(LIBDIR))|g" \
	-e "s|@INCLUDEDIR@|$$(sh install/relative.sh $(2) $(INCLUDEDIR))|g" install/$(1).in >$(DESTDIR)$(2)/$(1)

install: staged ## put the library, its headers, manual pages and packages below PREFIX (DESTDIR=… for packagers)
	install -d $(foreach folder,$(LIBDIR) $(INCLUDEDIR) $(MANDIR)/man3 $(DOCDIR) $(PKGCONFIGDIR) $(CMAKEDIR),$(DESTDIR)$(folder))
	install -m 755 $(STAGE)/$(REAL) $(DESTDIR)$(LIBDIR)
	ln -sf $(REAL) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libdata_connectors.so
	install -m 644 $(ARCHIVE) $(DESTDIR)$(LIBDIR)
	install -m 644 $(HEADERS:%=include/%) $(DESTDIR)$(INCLUDEDIR)
	install -m 644 $(STAGE)/man/*.3 $(DESTDIR)$(MANDIR)/man3
	install -m 644 $(NOTICES) $(DESTDIR)$(DOCDIR)
	@$(call fill,data_connectors.pc,$(PKGCONFIGDIR))
	@$(call fill,data_connectorsConfig.cmake,$(CMAKEDIR))
	@$(call fill,data_connectorsConfigVersion.cmake,$(CMAKEDIR))

uninstall: $(STAGE)/man/data_connectors.3 ## remove what make install put there
	cd $(DESTDIR)$(LIBDIR) && rm -f $(REAL) $(SONAME) libdata_connectors.so libdata_connectors.a
	rm -f $(HEADERS:%=$(DESTDIR)$(INCLUDEDIR)/%) $(DESTDIR)$(PKGCONFIGDIR)/data_connectors.pc
	cd $(STAGE)/man && for page in *.3; do rm -f $(DESTDIR)$(MANDIR)/man3/$$page; done
	rm -rf $(DESTDIR)$(CMAKEDIR) $(DESTDIR)$(DOCDIR)
