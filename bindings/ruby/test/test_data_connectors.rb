# frozen_string_literal: true

# Tests of the gem beyond those of tests/conformance. They require DATA_CONNECTORS_LIBRARY, and
# DC_TEST_SANDBOX, the path of data-connectors-sandbox.

require "json"
require "logger"
require "minitest/autorun"
require "open3"
require "pathname"
require "socket"
require "stringio"
require "time"
require "timeout"
require "tmpdir"
require "yaml"
require_relative "../lib/data_connectors"

PACKAGE = File.expand_path("..", __dir__)
TOKEN = "canary-4f1c9be2-ruby"

# In seconds, on a busy machine: less than the 60 s after which the calls time out.
IMMEDIATELY = 20

SANDBOX = IO.popen([ENV.fetch("DC_TEST_SANDBOX"), "--connectors", "120"], err: File::NULL)
SANDBOX_URL = SANDBOX.gets.chomp
Minitest.after_run { Process.kill(:TERM, SANDBOX.pid) }

# Helpers of the tests.
class GemTest < Minitest::Test
  def client(**options) = DataConnectors::Client.new(access_token: TOKEN, base_url: SANDBOX_URL, **options)

  # A server that accepts connections and sends nothing.
  def silent_server = @silent_server ||= TCPServer.new("127.0.0.1", 0)
  def silent(**options) = client(base_url: "http://127.0.0.1:#{silent_server.local_address.ip_port}", **options)

  # Waits until the silent server has received a request; returns its connection, which is open until it is collected.
  def await_request
    assert silent_server.wait_readable(10), "no connection"
    silent_server.accept.tap { |connection| assert connection.wait_readable(10), "no request" }
  end

  def rejected(&block) = assert_raises(DataConnectors::InvalidArgumentError, &block).message

  def duration
    started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - started
  end

  # A server of two pages of a connector each, which were updated just now: a snapshot waits for the overlap of 60 s.
  def changed(**options)
    server = TCPServer.new("127.0.0.1", 0)
    row = { type: "data_connector", updated_at: Time.now.utc.strftime("%FT%TZ") }
    pages = [{ data: [row.merge(id: "2")], pages: { next: { starting_after: "c1" } } }, { data: [row.merge(id: "1")] }]
    @requests = Thread::Queue.new
    Thread.new { loop { respond(server.accept, pages) } }
    client(base_url: "http://127.0.0.1:#{server.local_address.ip_port}", **options)
  end

  def respond(connection, pages)
    request = connection.gets("\r\n\r\n")
    body = JSON.generate(pages[request.include?("c1") ? 1 : 0])
    head = "HTTP/1.1 200 OK\r\nDate: #{Time.now.httpdate}\r\nConnection: close\r\nContent-Length: #{body.bytesize}"
    connection << "#{head}\r\n\r\n#{body}"
    connection.close
    @requests << request
  end

  # Waits until a snapshot has received both pages.
  def await_pages
    2.times { assert Timeout.timeout(10) { @requests.pop } }
  end

  def descriptors = Dir.children("/proc/self/fd").size
  def resident_mib = File.read("/proc/self/status")[/VmRSS:\s+(\d+)/, 1].to_i / 1024

  def ruby(program, *arguments, **environment)
    command = ["ruby", "-I#{PACKAGE}/lib", "-rdata_connectors", "-e", program, *arguments]
    Open3.capture3(environment.transform_keys(&:to_s), *command)
  end
end

class LibraryTest < GemTest
  def load_failure(library)
    _, message, status = ruby("", DATA_CONNECTORS_LIBRARY: library)
    refute_predicate status, :success?
    message
  end

  def message_for_abi_version(version)
    Dir.mktmpdir do |folder|
      library = File.join(folder, "other.so")
      source = "int dc_abi_version(void) { return #{version}; }"
      assert system("sh", "-c", 'echo "$0" | cc -shared -fPIC -x c - -o "$1"', source, library)
      load_failure(library)
    end
  end

  def test_each_system_has_its_file_name
    native = DataConnectors.const_get(:Native) # private
    names = %w[linux-gnu freebsd14.0 darwin23 mingw32 mswin64_140].map { |system| native.file_name(system) }
    assert_equal %w[libdata_connectors.so.1 libdata_connectors.so.1 libdata_connectors.1.dylib data_connectors.dll
                    data_connectors.dll], names
  end

  def test_rejects_a_missing_or_unrelated_library
    assert_match(%r{could not load /no/such.so \(.+\): check DATA_CONNECTORS_LIBRARY}, load_failure("/no/such.so"))
    assert_includes load_failure("libc.so.6"), "libc.so.6 is not libdata_connectors (it has no dc_abi_version)"
  end

  def test_prefers_the_library_in_the_package_to_that_of_the_system
    Dir.mktmpdir do |folder|
      assert system("cp", "-rL", "#{PACKAGE}/lib", folder)
      load = lambda do
        _, message, = Open3.capture3({ "DATA_CONNECTORS_LIBRARY" => "", "LD_LIBRARY_PATH" => "" },
                                     "ruby", "-I#{folder}/lib", "-rdata_connectors", "-e", "")
        message
      end
      # This machine may have one.
      assert_match(/\A\z|could not load libdata_connectors.so.1 \(.+\): install libdata_connectors, or set DATA_/, load.call)
      packaged = "#{folder}/lib/data_connectors/libdata_connectors.so.1"
      File.write(packaged, "not a library")
      assert_match(/could not load #{packaged} \(.+\): reinstall the package/, load.call)
      IO.copy_stream(ENV.fetch("DATA_CONNECTORS_LIBRARY"), packaged)
      assert_empty load.call
    end
  end

  def test_rejects_another_abi_version_and_a_library_without_a_function
    assert_includes message_for_abi_version(2), "has ABI version 2, this package requires 1: install matching versions"
    assert_includes message_for_abi_version(1), "(older than this package): install a newer version"
  end
end

class PackageTest < GemTest
  # As the README describes it: symbolic links become files.
  def test_the_gem_is_built_and_installed
    Dir.mktmpdir do |folder|
      run_in(folder, "cp", "-rL", PACKAGE, "package")
      run_in(File.join(folder, "package"), "gem", "build", "data_connectors.gemspec", "-o", "../built.gem")
      run_in(folder, "gem", "install", "--local", "-N", "--ignore-dependencies", "--install-dir", "gems", "built.gem")
      program = 'require "data_connectors"; puts Gem.loaded_specs["data_connectors"].version, DataConnectors::Client'
      output = run_in(folder, { "GEM_PATH" => File.join(folder, "gems") }, "ruby", "-e", program)
      assert_match(/\A\d+\.\d+\.\d+\nDataConnectors::Client\n\z/, output)
    end
  end

  def run_in(folder, *command)
    output, status = Open3.capture2e(*command, chdir: folder)
    assert_predicate status, :success?, output
    output
  end

  def test_the_example_lists_connectors_or_prints_the_error
    example = File.expand_path("../../examples/ruby/list_connectors.rb", PACKAGE)
    [[TOKEN, /\A12345 live Order Status Service\n/, 120, /\A\z/, 0],
     [nil, /\A\z/, 0, /\Alist_connectors.rb: .*token/, 1]].each do |token, first, lines, message, code|
      command = ["ruby", "-I#{PACKAGE}/lib", example, "--base-url", SANDBOX_URL]
      output, error, status = Open3.capture3({ "INTERCOM_ACCESS_TOKEN" => token }, *command)
      assert_match first, output
      assert_match message, error
      assert_equal [lines, code], [output.lines.size, status.exitstatus]
    end
  end
end

class SecretsTest < GemTest
  def test_the_access_token_appears_nowhere
    client = client(proxy: "http://user:#{TOKEN}@127.0.0.1:1", no_proxy: "*")
    errors = [assert_raises(DataConnectors::BadRequestError) { client.list_page(starting_after: "nonsense") }]
    ["Bearer #{TOKEN}", [TOKEN], "#{TOKEN}\0", "#{TOKEN}\xFF".b].each do |token|
      errors << assert_raises(DataConnectors::Error) { client(access_token: token) }
    end
    texts = [client, client.pages, client.list, *errors].flat_map { |object| texts_of(object) }
    refute_includes texts.join, TOKEN
  end

  # All text that a program may print, and all instance variables.
  def texts_of(object)
    inner = parts(object)
    printed = [object.inspect, object.to_s, JSON.generate([object]), YAML.dump(object)]
    printed << object.full_message << YAML.dump(object.cause) if object.is_a?(Exception)
    printed + (inner + inner.flat_map { |part| parts(part) }).map(&:inspect)
  end

  def parts(object) = object.instance_variables.map { |name| object.instance_variable_get(name) }
end

class ArgumentsTest < GemTest
  def test_passes_every_option_of_the_library_by_name
    options = DataConnectors.const_get(:Native)::ABI["options"]
    options.each do |option|
      next if option["name"] == "access_token"

      create = ->(value) { DataConnectors::Client.new(access_token: TOKEN, option["name"].to_sym => value) }
      assert_match(/\Ainvalid #{option["name"]}: use a String/, rejected { create.call(1.5) })
      create.call(option["default"])
    end
    assert_match(/unknown option "timeout".*did you mean timeout_ms/, rejected { client(timeout: 3) })
  end

  def test_rejects_values_that_c_cannot_represent
    { per_page: [2**40, 1.5, "1", false, 51, -1], starting_after: ["a\0b", "\xFF", 1, ""], cancel_token: [true] }
      .each { |name, values| values.each { |value| rejected { client.list_page(name => value) } } }
    { overlap_ms: [2**40, 1.5, 3_600_001, -1], max_passes: [0, 1001, "1", -1], timeout_ms: [0, 2**31, -1],
      previous: [true], cancel_token: [1] }
      .each { |name, values| values.each { |value| rejected { client.snapshot(name => value) } } }
    [nil, 1, "", "{}", "a\0b"].each { |value| rejected { DataConnectors::Snapshot.load(value) } }
    rejected { client.snapshot.diff(nil) }
    { max_retries: [2**32, 2**64, 1.0], timeout_ms: [2**64, "1 s"], wait_for_rate_limit: [2, "yes"],
      region: [[], "eu\0"], access_token: ["", nil], ca_file: [1], logger: ["x", -> {}] }
      .each { |name, values| values.each { |value| rejected { client(name => value) } } }
  end

  def test_rejects_options_that_replace_each_other
    assert_match(/region and base_url replace each other/, rejected { client(region: :eu) })
    assert_match(/replace each other/, rejected { client(ca_file: "/no/such", system_roots: true) })
    assert_match(/could not read/, rejected { client(ca_file: Pathname("/no/such"), system_roots: false) })
  end

  def test_accepts_nil_and_strings
    assert_equal 20, client(timeout_ms: nil, proxy: nil, max_retries: "0").list_page(per_page: nil).size
    assert_equal 20, client(base_url: SANDBOX_URL.b).list_page(per_page: 0).size
  end
end

class ResultsTest < GemTest
  def test_results_are_frozen
    page = client.list_page(per_page: 1)
    row = page.first
    assert [page, page.connectors, page.json, page.next_cursor, row, row.name, row.json].all?(&:frozen?)
    assert_equal JSON.parse(row.json), JSON.parse(page.json)["data"][0]
    assert_equal [Encoding::UTF_8] * 2, [row.name.encoding, row.json.encoding]
    assert_equal [true, true, false], client.pages(per_page: 50).map(&:has_next?)
  end

  def test_an_error_shows_its_request_id
    error = assert_raises(DataConnectors::BadRequestError) { client.list_page(starting_after: "nonsense") }
    assert error.message.end_with?(" (request id #{error.request_id})"), error.message
  end

  def test_an_iterator_keeps_its_position
    rows = client.list(per_page: 50)
    taken = rows.first(30) + [rows.next] + rows.to_a
    assert_equal client.list.to_a, taken
    assert_raises(StopIteration) { rows.next }
  end

  def test_the_logger_receives_lines_of_its_level
    lines = StringIO.new
    threads = Array.new(4) { Thread.new { client(logger: Logger.new(lines)).list(prefetch: true).to_a } }
    threads.each(&:join)
    assert_match(/DEBUG -- data_connectors: .*INFO -- data_connectors: /m, lines.string)
    refute_includes lines.string, TOKEN
    quiet = StringIO.new
    refused = client(base_url: "http://127.0.0.1:1", max_retries: 1, logger: Logger.new(quiet, level: :error))
    assert_raises(DataConnectors::ConnectionError) { refused.list_page }
    assert_equal ["ERROR"], quiet.string.lines.map { |line| line[/[A-Z]{4,}/] }
  end

  def test_an_exception_from_the_logger_does_not_cancel_the_call
    broken = Logger.new(nil)
    def broken.add(*) = raise("full")
    _, warning = capture_io { assert_equal 20, client(logger: broken).list_page.size }
    assert_match(/the logger failed: RuntimeError/, warning)
  end
end

class ClosingTest < GemTest
  def test_a_closed_client_rejects_calls
    client = client()
    pages = client.pages
    2.times { client.close }
    [-> { client.list_page }, -> { client.pages }, -> { pages.next }, -> { client.shutdown }].each do |use|
      assert_match(/the client is closed/, assert_raises(DataConnectors::ClosedError, &use).message)
    end
  end

  def test_a_closed_iterator_rejects_calls
    rows = client.list
    2.times { rows.close }
    assert_match(/the iterator is closed/, assert_raises(DataConnectors::ClosedError) { rows.first }.message)
  end

  def test_calls_finish_after_close_and_the_last_one_frees_the_client
    client = silent(max_retries: 0)
    calls = Array.new(4) { Thread.new { client.list_page.size } }
    connections = Array.new(4) { await_request }
    assert_operator duration { client.close }, :<, IMMEDIATELY
    connections.each { |connection| connection << "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"data\":[]}" }
    assert_equal [0] * 4, calls.map(&:value)
    assert_raises(DataConnectors::ClosedError) { client.list_page }
    assert_predicate client.instance_variable_get(:@handle).pointer, :null?
  end

  # The interrupt is raised between the increment and the decrement.
  def test_an_interrupted_use_does_not_leak_the_handle
    client = client()
    handle = client.instance_variable_get(:@handle)
    lock = handle.instance_variable_get(:@lock)
    def lock.synchronize
      super.tap { Thread.current.raise(Interrupt) unless @raised.tap { @raised = true } }
    end
    assert_raises(Interrupt) { client.shutdown }
    client.close
    assert_predicate handle.pointer, :null?
  end

  def test_the_garbage_collector_frees_unclosed_iterators
    client.list_page
    before = descriptors
    20.times { client.list(prefetch: true, per_page: 10).first }
    GC.start
    assert_operator descriptors, :<, before + 10
  end
end

class SnapshotTest < GemTest
  def test_two_native_calls_create_all_connectors
    snapshot = client.snapshot
    calls = 0
    trace = TracePoint.new(:c_call) { |point| calls += 1 if point.defined_class == Fiddle::Function }
    trace.enable { assert_equal 120, snapshot.map(&:id).uniq.size }
    assert_equal 4, calls # each reads the page of the snapshot first
    assert [snapshot.connectors, snapshot.first, snapshot.json].all?(&:frozen?)
    assert_same snapshot.connectors, snapshot.connectors
    assert_equal JSON.parse(snapshot.json)["data"], snapshot.map { |row| JSON.parse(row.json) }
  end

  def test_size_does_not_create_the_connectors
    snapshot = client.snapshot
    assert_equal 120, snapshot.size
    refute snapshot.instance_variable_defined?(:@connectors)
    assert_equal 120, snapshot.connectors.size
    snapshot.close
    assert_equal 120, snapshot.size
  end

  def test_a_closed_snapshot_keeps_connectors_that_were_used
    used, unused = Array.new(2) { client.snapshot }
    connectors = used.connectors
    json = used.json
    [used, used, unused].each(&:close)
    assert_equal [connectors, "complete"], [used.connectors, used.state]
    open = DataConnectors::Snapshot.load(json)
    [-> { unused.first }, -> { unused.size }, -> { used.json }, -> { used.diff(open) }, -> { open.diff(used) },
     -> { client.snapshot(previous: used) }].each do |use|
      assert_match(/the snapshot is closed/, assert_raises(DataConnectors::ClosedError, &use).message)
    end
    assert_equal connectors, open.connectors
  end

  def test_a_state_that_the_gem_does_not_know_is_unknown
    json = client.snapshot.json
    functions = DataConnectors.const_get(:Native).instance_variable_get(:@functions)
    function = functions["dc_snapshot_state"]
    functions["dc_snapshot_state"] = ->(_) { 3 }
    snapshot = DataConnectors::Snapshot.load(json)
    assert_equal ["unknown", false], [snapshot.state, snapshot.complete?]
  ensure
    functions["dc_snapshot_state"] = function
  end

  def test_client_and_previous_snapshot_can_be_closed_during_a_refresh
    client = silent
    url = "http://127.0.0.1:#{silent_server.local_address.ip_port}"
    previous = DataConnectors::Snapshot.load(client().snapshot.json.sub(SANDBOX_URL, url))
    refresh = Thread.new { client.snapshot(previous: previous) }
    connection = await_request
    [client, previous].each(&:close)
    connection << "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"data\":[]}"
    assert_equal [0, []], [refresh.value.size, refresh.value.diff(refresh.value)["removed"]]
  end

  def test_other_threads_run_while_a_snapshot_waits_and_an_interrupt_cancels_it
    client = changed
    thread = Thread.new { client.snapshot }
    await_pages
    assert_operator duration { assert_equal 100_000, 100_000.times.count }, :<, IMMEDIATELY
    assert_predicate thread, :alive?
    assert_operator duration { thread.kill.join }, :<, IMMEDIATELY
  end

  def test_a_cancel_token_cancels_a_snapshot_that_waits
    cancel_token = DataConnectors::CancelToken.new
    client = changed
    canceller = Thread.new { await_pages && cancel_token.cancel }
    assert_raises(DataConnectors::CancelledError) { client.snapshot(cancel_token: cancel_token) }
    canceller.join
  end
end

class InterruptTest < GemTest
  def test_timeout_cancels_a_call
    time = duration { assert_raises(Timeout::Error) { Timeout.timeout(0.2) { silent.list_page } } }
    assert_operator time, :<, IMMEDIATELY
  end

  def test_killing_a_thread_cancels_its_call
    thread = Thread.new { silent.list_page }
    connection = await_request
    assert_operator duration { thread.kill.join }, :<, IMMEDIATELY
    connection.close
  end

  # Starts a server, and a call to it on this thread or on another.
  CALL = <<~'RUBY'
    require "socket"
    server = TCPServer.new("127.0.0.1", 0)
    client = DataConnectors::Client.new(access_token: "t", base_url: "http://127.0.0.1:#{server.local_address.ip_port}")
  RUBY

  def test_ctrl_c_cancels_a_call
    program = CALL + <<~RUBY
      Signal.trap(:INT, "DEFAULT") # shells ignore it in background processes
      begin
        Thread.new { (connection = server.accept).readpartial(1) && Process.kill(:INT, $$) && sleep && connection }
        client.list_page
      rescue Interrupt
        puts "interrupted"
      end
    RUBY
    assert_operator duration { assert_equal ["interrupted\n", ""], ruby(program).first(2) }, :<, IMMEDIATELY
  end

  def test_exit_does_not_wait_for_calls
    program = "#{CALL}Thread.new { client.list_page }; (connection = server.accept).readpartial(1)"
    assert_operator duration { assert_empty ruby(program)[1] }, :<, IMMEDIATELY
  end

  def test_a_call_continues_after_a_trap_handler_unless_that_cancels_it
    cancel_token = DataConnectors::CancelToken.new
    signals = 0
    before = Signal.trap(:USR1) { cancel_token.cancel if (signals += 1) == 3 }
    client = silent
    sender = Thread.new do
      connection = await_request
      3.times do |sent|
        Process.kill(:USR1, Process.pid)
        Thread.pass until signals > sent
      end
      connection
    end
    assert_raises(DataConnectors::CancelledError) { client.list_page(cancel_token: cancel_token) }
    sender.join
    assert_equal 3, signals
  ensure
    Signal.trap(:USR1, before)
  end

  class TestInterrupt < StandardError; end

  # Interrupts are raised in waits only: elsewhere one could be raised between returning a page and storing it.
  def test_interrupts_lose_no_page_of_a_shared_iterator
    pages = client.pages(per_page: 1)
    ids = Thread::Queue.new
    interrupts = 0
    threads = Array.new(4) do
      Thread.new do
        Thread.handle_interrupt(TestInterrupt => :on_blocking) do
          pages.each { |page| ids << page.first.id }
        rescue TestInterrupt
          interrupts += 1
          retry
        end
      end
    end
    sleep(rand / 1000) && threads.sample.raise(TestInterrupt) while threads.any?(&:alive?)
    assert_equal client.list.map(&:id).sort, Array.new(ids.size) { ids.pop }.sort
    assert_operator interrupts, :>, 0
  end
end

class ForkTest < GemTest
  def test_both_processes_use_the_client_after_a_fork
    client = client()
    pages = client.pages(per_page: 50)
    pages.next
    child = fork { exit!(pages.map(&:size) == [50, 20] && client.list_page.size == 20) }
    assert_equal [50, 20], pages.map(&:size)
    assert_predicate Process.wait2(child)[1], :success?
  end
end

class LeakTest < GemTest
  PAGES = Integer(ENV.fetch("DC_TEST_PAGES", "2000"))

  def test_pages_errors_and_iterators_leak_nothing
    client = client()
    list(client, PAGES / 10)
    before = [resident_mib, descriptors]
    list(client, PAGES)
    after = [resident_mib, descriptors]
    puts "#{PAGES} pages: #{before[0]} -> #{after[0]} MiB, #{before[1]} -> #{after[1]} descriptors"
    assert_operator after[0] - before[0], :<, 32
    assert_operator after[1] - before[1], :<, 32
  end

  def list(client, pages)
    (pages / 4).times do
      client.list_page(per_page: 50)
      client.list(per_page: 50, prefetch: true).first(60)
      snapshot = client.snapshot
      client.snapshot(previous: snapshot).diff(snapshot)
      assert_raises(DataConnectors::BadRequestError) { client.list_page(starting_after: "nonsense") }
      client().close
    end
    GC.start
  end
end
