// The engine on the real runtime library, CPU.
using System.Diagnostics;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Inference.OnnxRuntime;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Inference.OnnxRuntime;

public sealed class OnnxRuntimeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-inference-").FullName;
    private readonly InferenceEngine _engine = new(new InferenceOptions(DeviceChoice.Cpu, CpuEngine: EngineKind.OnnxRuntime));

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_runtime_says_its_version_and_the_engine_its_decision()
    {
        Assert.Null(_engine.RuntimeVersion);
        _engine.Open(RandomNetworks.Write(_folder, NetworkTask.Enlarge, 2));
        Assert.Matches(@"^1\.\d+\.\d+", _engine.RuntimeVersion!);
        Assert.Equal(new DeviceDecision(DeviceKind.Cpu, "CPU: chosen."), _engine.Decision);
    }

    [Fact]
    public void Auto_takes_the_cpu_where_there_is_no_directml_and_says_so()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows may have DirectML.");
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions());
        Assert.Equal(DeviceKind.Cpu, engine.Decision.Device);
        Assert.Contains("has no DirectML", engine.Decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Demanding_directml_where_there_is_none_is_an_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows may have DirectML.");
        RuntimeLibraryException error = Assert.Throws<RuntimeLibraryException>(() =>
            new InferenceEngine(new InferenceOptions(DeviceChoice.DirectML))
        );
        Assert.Contains("has no DirectML", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.31.1", 30)]
    [InlineData("1.30.0", 30)]
    [InlineData("1.17.3", 17)]
    [InlineData("1.16.0", 16)]
    [InlineData("2.0.0", 30)]
    [InlineData("unknown", 0)]
    public void The_table_asked_for_is_one_the_library_has(string version, int expected) =>
        Assert.Equal(expected, OnnxRuntimeApi.TableFor(version));

    // As DirectML words it (seen under Wine, where the device lacks a function).
    [Fact]
    public void Messages_are_one_line_without_places_in_the_runtimes_source() =>
        Assert.Equal(
            "80004001 Not implemented. Next line",
            OnnxRuntimeApi.OneLine(
                "N:\\_work\\1\\s\\onnxruntime\\core\\providers\\dml\\dml_provider_factory.cc(551)\\onnxruntime.dll!00006FFFF6C8CC89: (caller: 00006FFFF6C8CDF1) Exception(1) tid(2c4) 80004001 Not implemented.\r\n  Next line"
            )
        );

    // The expected values are worked out here, by the definition of a convolution.
    [Fact]
    public void A_convolution_gives_the_values_worked_out_by_hand()
    {
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("input", -1, 1, -1, -1);
        model.Output("output", -1, 1, -1, -1);
        // Every output pixel of the 2 x 2 block adds its own number to the pixel.
        string weights = model.Initializer([1, 1, 1, 1], 4, 1, 1, 1);
        string bias = model.Initializer([0, 10, 20, 30], 4);
        string channels = model.Node("Conv", ["input", weights, bias]);
        model.Node("DepthToSpace", [channels], "output", ("blocksize", 2L), ("mode", "CRD"));
        INetwork network = _engine.Open(RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, model.ToArray()));

        float[] output = new float[8];
        network.Run([1, 2], 2, 1, output, CancellationToken.None);
        Assert.Equal([1, 11, 2, 12, 21, 31, 22, 32], output);
    }

    [Fact]
    public void One_network_is_opened_once_and_runs_from_many_threads()
    {
        ModelDescriptor model = RandomNetworks.Write(_folder, NetworkTask.Enlarge, 2);
        INetwork network = _engine.Open(model);
        Assert.Same(network, _engine.Open(model with { }));
        float[][] inputs = [.. Enumerable.Range(0, 8).Select(seed => Plane(20 + seed, 17, seed))];
        float[][] expected = [.. inputs.Select((input, i) => Run(network, input, 20 + i, 17))];
        Parallel.For(0, 64, i => Assert.Equal(expected[i % 8], Run(network, inputs[i % 8], 20 + (i % 8), 17)));
    }

    [Theory]
    [InlineData(NetworkTask.Enlarge, 2, 5, 4, 19, 80)]
    [InlineData(NetworkTask.Enlarge, 2, 5, 4, 20, 79)]
    [InlineData(NetworkTask.Reduce, 3, 7, 6, 42, 4)]
    [InlineData(NetworkTask.Enlarge, 2, 0, 4, 0, 0)]
    public void Wrong_sizes_are_refused_before_the_runtime_sees_them(
        NetworkTask kind,
        int scale,
        int width,
        int height,
        int inputLength,
        int outputLength
    )
    {
        INetwork network = _engine.Open(RandomNetworks.Write(_folder, kind, scale));
        InferenceException error = Assert.Throws<InferenceException>(() =>
            network.Run(new float[inputLength], width, height, new float[outputLength], CancellationToken.None)
        );
        Assert.Contains($"{width} x {height}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_model_are_named_as_such()
    {
        ModelDescriptor model = RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, "this is no protocol buffer"u8.ToArray());
        ModelException error = Assert.Throws<ModelException>(() => _engine.Open(model));
        Assert.Contains($"{model.FilePath} is not a valid ONNX model", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_damaged_file_is_found_by_its_hash()
    {
        ModelDescriptor model = RandomNetworks.Write(_folder, NetworkTask.Enlarge, 2);
        byte[] bytes = File.ReadAllBytes(model.FilePath);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(model.FilePath, bytes);
        Assert.Contains(
            "is damaged: expected SHA-256",
            Assert.Throws<ModelException>(() => _engine.Open(model)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_input_and_output_are_called_does_not_matter()
    {
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("image", -1, 1, -1, -1);
        model.Output("enlarged", -1, 1, -1, -1);
        model.Node(
            "DepthToSpace",
            [model.Node("Concat", ["image", "image", "image", "image"], null, ("axis", 1L))],
            "enlarged",
            ("blocksize", 2L)
        );
        float[] output = new float[16];
        _engine
            .Open(RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, model.ToArray()))
            .Run([1, 2, 3, 4], 2, 2, output, TestContext.Current.CancellationToken);
        Assert.Equal([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4], output);
    }

    [Theory]
    [InlineData(3, -1, "[?, 3, ?, ?]")]
    [InlineData(1, 32, "[?, 1, 32, ?]")]
    public void Other_shapes_are_refused(long channels, long height, string found)
    {
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("input", -1, channels, height, -1);
        model.Output("output", -1, channels, height, -1);
        model.Node("Identity", ["input"], "output");
        ModelException error = Assert.Throws<ModelException>(() =>
            _engine.Open(RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, model.ToArray()))
        );
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_of_another_scale_than_its_descriptor_is_found_when_it_is_opened()
    {
        ModelDescriptor model = RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, RandomNetworks.SRNet(3));
        ModelException error = Assert.Throws<ModelException>(() => _engine.Open(model));
        Assert.Equal(
            $"{model.FilePath} does not fit its row in models.json ({model.Id}): the row says an output step of 2, the graph says 3. Reinstall the models.",
            error.Message
        );
    }

    /// <summary>A row that asks for less than the graph needs would give seams (halo) or misread buffers (planes, steps).</summary>
    [Theory]
    [InlineData("halo", "a halo of 3, the graph says 4 or more")]
    [InlineData("inputPlanes", "a number of input planes of 1, the graph says 3")]
    [InlineData("outputPlanes", "a number of output planes of 1, the graph says 3")]
    public void A_row_that_does_not_fit_its_graph_is_refused(string what, string part)
    {
        ModelDescriptor model = RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, RandomNetworks.SRNet(2));
        NetworkShape shape = model.Shape;
        GraphFacts facts = GraphFacts.Of(OnnxGraph.Parse(File.ReadAllBytes(model.FilePath), "test"), "test");
        (GraphFacts graph, ModelDescriptor row) = what switch
        {
            "halo" => (facts, model with { Shape = shape with { Halo = shape.Halo - 1 } }),
            "inputPlanes" => (facts with { InputPlanes = 3 }, model),
            _ => (facts with { OutputPlanes = 3 }, model),
        };
        ModelException error = Assert.Throws<ModelException>(() => graph.Check(row));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);

        // And the engine asks, whatever the runtime would accept.
        if (what == "halo")
        {
            Assert.Equal(error.Message, Assert.Throws<ModelException>(() => _engine.Open(row)).Message);
        }
    }

    [Fact]
    public void A_row_may_ask_for_more_than_its_graph_needs()
    {
        ModelDescriptor model = RandomNetworks.Write(_folder, NetworkTask.Enlarge, 2);
        INetwork network = _engine.Open(model with { Shape = model.Shape with { Halo = 9, InputStep = 4, OutputStep = 8 } });
        float[] input = Plane(8, 8, 1);
        Assert.Equal(Run(_engine.Open(model), input, 8, 8), Run(network, input, 8, 8));
    }

    [Fact]
    public void A_network_that_depends_on_the_whole_picture_is_refused()
    {
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("input", -1, 1, -1, -1);
        model.Output("output", -1, 1, -1, -1);
        string mean = model.Node("GlobalAveragePool", ["input"]);
        string sum = model.Node("Add", ["input", mean]);
        model.Node("DepthToSpace", [model.Node("Concat", [sum, sum, sum, sum], null, ("axis", 1L))], "output", ("blocksize", 2L));
        ModelException error = Assert.Throws<ModelException>(() =>
            _engine.Open(RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, model.ToArray()))
        );
        Assert.Contains("every pixel depends on the whole picture", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(3e38f)] // Finite itself; the sum of two is not.
    public void Weights_that_give_no_numbers_are_found_when_the_network_is_opened(float weight)
    {
        ModelException error = Assert.Throws<ModelException>(() =>
            _engine.Open(RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, Sums(weight, weight)))
        );
        Assert.Contains("NaN or infinite values", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_is_no_number_is_an_error_and_no_picture()
    {
        // No number only where a pixel is above white, so that opening it finds nothing.
        INetwork network = _engine.Open(RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, Sums(1.7e38f, 1.7e38f)));
        float[] output = new float[4 * 33 * 5];
        float[] input = Plane(33, 5, 2);
        network.Run(input, 33, 5, output, CancellationToken.None);
        input[(33 * 4) + 32] = 2;
        InferenceException error = Assert.Throws<InferenceException>(() => network.Run(input, 33, 5, output, CancellationToken.None));
        Assert.Equal($"{network.Model.Id} gives NaN or infinite values on 33 x 5 pixels.", error.Message);
    }

    [Fact]
    public void A_graph_the_runtime_has_no_operator_for_is_a_broken_model()
    {
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("input", -1, 1, -1, -1);
        model.Output("output", -1, 1, -1, -1);
        model.Node("NoSuchOperator", ["input"], "output");
        ModelDescriptor broken = RandomNetworks.Describe(_folder, NetworkTask.Enlarge, 2, model.ToArray());
        Assert.Contains(broken.FilePath, Assert.Throws<ModelException>(() => _engine.Open(broken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_is_cancelled_in_the_middle()
    {
        INetwork network = _engine.Open(RandomNetworks.Write(_folder, NetworkTask.Enlarge, 2));
        const int Side = 250;
        float[] input = Plane(Side, Side, 1);
        float[] output = new float[4 * Side * Side];
        Stopwatch whole = System.Diagnostics.Stopwatch.StartNew();
        network.Run(input, Side, Side, output, CancellationToken.None);
        whole.Stop();

        // Cancelled early, it must end as a cancellation and well before the whole. How long a run takes on a machine that also
        // runs other tests is not known beforehand: one of a few attempts, each with half the delay, must show it. A thread of
        // its own cancels: a timer would wait for the thread pool, which other tests keep busy.
        bool stoppedEarly = false;
        TimeSpan delay = whole.Elapsed / 10;
        for (int attempt = 0; attempt < 6 && !stoppedEarly; attempt++, delay /= 2)
        {
            using CancellationTokenSource cancel = new CancellationTokenSource();
            Thread canceller = new Thread(() =>
            {
                Thread.Sleep(delay);
                cancel.Cancel();
            });
            canceller.Start();
            Stopwatch cut = System.Diagnostics.Stopwatch.StartNew();
            bool cancelled = Record.Exception(() => network.Run(input, Side, Side, output, cancel.Token)) is OperationCanceledException;
            cut.Stop();
            canceller.Join();
            stoppedEarly = cancelled && cut.Elapsed > delay / 2 && cut.Elapsed < whole.Elapsed * 0.8;
        }

        Assert.True(stoppedEarly, $"no run was cancelled before its end; a whole one takes {whole.Elapsed}");

        // And the session still works.
        network.Run(input, Side, Side, output, CancellationToken.None);
    }

    [Fact]
    public void A_cancelled_token_runs_nothing()
    {
        INetwork network = _engine.Open(RandomNetworks.Write(_folder, NetworkTask.Enlarge, 2));
        Assert.ThrowsAny<OperationCanceledException>(() => network.Run(new float[4], 2, 2, new float[16], new CancellationToken(true)));
    }

    [Fact]
    public async Task Disposing_the_engine_lets_a_run_finish()
    {
        InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu, CpuEngine: EngineKind.OnnxRuntime));
        INetwork network = engine.Open(RandomNetworks.Write(_folder, NetworkTask.Enlarge, 2));
        float[] input = Plane(300, 300, 1);
        float[] expected = Run(network, input, 300, 300);
        using ManualResetEventSlim started = new ManualResetEventSlim();
        Task<float[]> run = Task.Run(() =>
        {
            float[] output = new float[600 * 600];
            started.Set();
            network.Run(input, 300, 300, output, CancellationToken.None);
            return output;
        });
        started.Wait();
        await Task.Delay(20);
        engine.Dispose();
        try
        {
            Assert.Equal(expected, await run);
        }
        catch (ObjectDisposedException)
        {
            // The machine was slow and disposed first; also an orderly end.
        }

        Assert.Throws<ObjectDisposedException>(() => network.Run(input, 300, 300, new float[600 * 600], CancellationToken.None));
        Assert.Throws<ObjectDisposedException>(() => engine.Open(network.Model));
    }

    /// <summary>A network that adds the pixel, weighted twice, into each of its four places.</summary>
    private static byte[] Sums(float first, float second)
    {
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("input", -1, 1, -1, -1);
        model.Output("output", -1, 1, -1, -1);
        string twice = model.Node("Concat", ["input", "input"], null, ("axis", 1L));
        string weights = model.Initializer([first, second, first, second, first, second, first, second], 4, 2, 1, 1);
        model.Node("DepthToSpace", [model.Node("Conv", [twice, weights])], "output", ("blocksize", 2L), ("mode", "CRD"));
        return model.ToArray();
    }

    private static float[] Run(INetwork network, float[] input, int width, int height)
    {
        (int outputWidth, int outputHeight) = network.Shape.OutputSize(width, height);
        float[] output = new float[outputWidth * outputHeight];
        network.Run(input, width, height, output, CancellationToken.None);
        return output;
    }

    private static float[] Plane(int width, int height, int seed)
    {
        Random random = new Random(seed);
        return [.. Enumerable.Range(0, width * height).Select(_ => (float)random.NextDouble())];
    }
}
