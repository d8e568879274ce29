// What the engine does when a GPU fails, with devices that fail on demand in place of the runtime.
using Moq;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Inference;

public sealed class DeviceFallbackTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-fallback-").FullName;
    private readonly Mock<ISessionFactory> _runtime = new();
    private readonly Mock<ISession> _gpu = new();
    private readonly Mock<ISession> _cpu = new();
    private readonly ModelDescriptor _model;

    public DeviceFallbackTests()
    {
        _model = RandomNetworks.Write(_folder, NetworkTask.Enlarge, 2);
        _runtime.Setup(runtime => runtime.RuntimeVersion).Returns("1.30.0");
        _runtime.Setup(runtime => runtime.HasDirectML).Returns(true);
        _runtime.Setup(runtime => runtime.FindDirectMLAdapter(It.IsAny<long?>())).Returns("Some GPU");
        _runtime
            .Setup(runtime => runtime.Create(It.IsAny<ModelDescriptor>(), It.IsAny<byte[]>(), DeviceKind.DirectML))
            .Returns(_gpu.Object);
        _runtime.Setup(runtime => runtime.Create(It.IsAny<ModelDescriptor>(), It.IsAny<byte[]>(), DeviceKind.Cpu)).Returns(_cpu.Object);
        Fills(_gpu, 2);
        Fills(_cpu, 1);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Auto_takes_the_gpu_and_names_it()
    {
        using InferenceEngine engine = Engine();
        Assert.Equal(new DeviceDecision(DeviceKind.DirectML, "DirectML: Some GPU."), engine.Decision);
        INetwork network = engine.Open(_model);
        Assert.Equal(2, RunOnce(network));
        Assert.Equal(DeviceKind.DirectML, network.Device);
        Creations(DeviceKind.Cpu, Times.Never());
    }

    [Fact]
    public void The_adapter_asked_for_is_handed_on()
    {
        using InferenceEngine engine = new InferenceEngine(
            new InferenceOptions(DirectMLAdapterLuid: 77, CpuEngine: EngineKind.OnnxRuntime),
            _runtime.Object
        );
        _runtime.Verify(runtime => runtime.FindDirectMLAdapter(77), Times.Once);
    }

    [Fact]
    public void Cpu_chosen_never_touches_the_gpu()
    {
        using InferenceEngine engine = Engine(DeviceChoice.Cpu);
        Assert.Equal(1, RunOnce(engine.Open(_model)));
        _runtime.Verify(runtime => runtime.FindDirectMLAdapter(It.IsAny<long?>()), Times.Never);
    }

    [Fact]
    public void No_device_answering_leaves_auto_on_the_cpu_with_the_reason()
    {
        _runtime.Setup(runtime => runtime.FindDirectMLAdapter(null)).Throws(new InferenceException("No GPU: DXGI lists no adapter."));
        using InferenceEngine engine = Engine();
        Assert.Equal(new DeviceDecision(DeviceKind.Cpu, "CPU: No GPU: DXGI lists no adapter."), engine.Decision);
        Assert.Equal(1, RunOnce(engine.Open(_model)));
    }

    [Fact]
    public void No_device_answering_is_an_error_when_directml_was_demanded_and_the_runtime_is_let_go()
    {
        _runtime.Setup(runtime => runtime.FindDirectMLAdapter(null)).Throws(new InferenceException("No GPU: DXGI lists no adapter."));
        RuntimeLibraryException error = Assert.Throws<RuntimeLibraryException>(() => Engine(DeviceChoice.DirectML));
        Assert.Contains("DXGI lists no adapter", error.Message, StringComparison.Ordinal);
        _runtime.Verify(runtime => runtime.Dispose(), Times.Once);
    }

    [Fact]
    public void A_model_the_gpu_cannot_create_runs_on_the_cpu_and_others_stay_on_the_gpu()
    {
        ModelDescriptor other = RandomNetworks.Write(_folder, NetworkTask.Enlarge, 3);
        _runtime
            .Setup(runtime => runtime.Create(_model, It.IsAny<byte[]>(), DeviceKind.DirectML))
            .Throws(new InferenceException("operator not supported"));
        using InferenceEngine engine = Engine();
        INetwork failing = engine.Open(_model),
            working = engine.Open(other);
        Assert.Equal((DeviceKind.Cpu, DeviceKind.DirectML), (failing.Device, working.Device));
        Assert.Equal((1, 2), (RunOnce(failing), RunOnce(working)));
        Assert.Equal(
            new DeviceDecision(DeviceKind.DirectML, $"DirectML: Some GPU. {_model.Id} runs on the CPU: operator not supported"),
            engine.Decision
        );
    }

    [Fact]
    public void A_model_the_gpu_accepts_but_cannot_run_is_found_when_it_is_opened()
    {
        Fails(_gpu, "0x80004001");
        using InferenceEngine engine = Engine();
        INetwork network = engine.Open(_model);
        Assert.Equal(DeviceKind.Cpu, network.Device);
        Assert.Equal(DeviceKind.DirectML, engine.Decision.Device);
        _gpu.Verify(session => session.Dispose(), Times.Once);
    }

    [Fact]
    public void A_device_removed_in_the_middle_is_retried_on_the_cpu_and_the_engine_goes_over()
    {
        ModelDescriptor other = RandomNetworks.Write(_folder, NetworkTask.Enlarge, 3);
        using InferenceEngine engine = Engine();
        INetwork network = engine.Open(_model),
            second = engine.Open(other);
        Assert.Equal(2, RunOnce(network));
        Fails(_gpu, "0x887A0005 device removed");

        Assert.Equal(1, RunOnce(network));
        Assert.Equal(new DeviceDecision(DeviceKind.Cpu, "CPU: the GPU failed. 0x887A0005 device removed"), engine.Decision);
        Assert.Equal(DeviceKind.Cpu, second.Device);

        // Even if the GPU came back: no run goes there again, and a network opened now does not try it.
        Fills(_gpu, 2);
        Assert.Equal((1, 1), (RunOnce(network), RunOnce(second)));
        INetwork third = engine.Open(RandomNetworks.Write(_folder, NetworkTask.Enlarge, 4));
        Assert.Equal((DeviceKind.Cpu, 1), (third.Device, RunOnce(third)));
        Creations(DeviceKind.DirectML, Times.Exactly(2));
    }

    [Fact]
    public void Tiles_of_many_workers_survive_a_device_removed_between_them()
    {
        using InferenceEngine engine = Engine();
        INetwork network = engine.Open(_model);
        int runs = 0;
        _gpu.Setup(Run)
            .Callback(() =>
            {
                if (Interlocked.Increment(ref runs) > 5)
                {
                    throw new InferenceException("device removed");
                }
            });
        float[] result = new LumaTiler(network, new ResizeSettings(TileSize: 4)).Resize(new float[40 * 40], 40, 40);
        Assert.Equal(80 * 80, result.Length);
        Assert.Equal(6, runs);
        Assert.Contains("device removed", engine.Decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void When_the_cpu_fails_too_both_reasons_are_told()
    {
        using InferenceEngine engine = Engine();
        INetwork network = engine.Open(_model);
        Fails(_gpu, "device removed");
        int tries = 0;
        _cpu.Setup(Run)
            .Callback(() =>
            {
                if (++tries > 1)
                {
                    throw new InferenceException("out of memory");
                }
            });
        InferenceException error = Assert.Throws<InferenceException>(() => RunOnce(network));
        Assert.Contains("device removed", error.Message, StringComparison.Ordinal);
        Assert.Contains("out of memory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_a_gpu_run_is_no_gpu_failure()
    {
        using InferenceEngine engine = Engine();
        INetwork network = engine.Open(_model);
        _gpu.Setup(Run).Throws(new OperationCanceledException());
        Assert.Throws<OperationCanceledException>(() => RunOnce(network));
        Assert.Equal(DeviceKind.DirectML, engine.Decision.Device);
    }

    [Fact]
    public void The_gpu_does_one_run_at_a_time()
    {
        using InferenceEngine engine = Engine();
        INetwork network = engine.Open(_model);
        int inside = 0,
            max = 0;
        _gpu.Setup(Run)
            .Callback(() =>
            {
                max = Math.Max(max, Interlocked.Increment(ref inside));
                Thread.Sleep(5);
                Interlocked.Decrement(ref inside);
            });
        Parallel.For(0, 8, _ => RunOnce(network));
        Assert.Equal(1, max);
    }

    [Fact]
    public void The_decision_is_told_while_a_session_is_being_made()
    {
        using InferenceEngine engine = Engine();
        using ManualResetEventSlim making = new ManualResetEventSlim();
        using ManualResetEventSlim asked = new ManualResetEventSlim();
        _runtime
            .Setup(runtime => runtime.Create(_model, It.IsAny<byte[]>(), DeviceKind.DirectML))
            .Returns(() =>
            {
                making.Set();
                Assert.True(asked.Wait(TimeSpan.FromSeconds(30)));
                return _gpu.Object;
            });
        Thread opening = new Thread(() => engine.Open(_model));
        opening.Start();
        making.Wait();
        Assert.Equal(DeviceKind.DirectML, engine.Decision.Device);
        asked.Set();
        opening.Join();
    }

    [Fact]
    public void Disposing_the_engine_closes_every_session_and_the_runtime_once()
    {
        InferenceEngine engine = Engine();
        INetwork network = engine.Open(_model);
        Fails(_gpu, "device removed");
        RunOnce(network);
        engine.Dispose();
        engine.Dispose();
        _gpu.Verify(session => session.Dispose(), Times.Once);
        _cpu.Verify(session => session.Dispose(), Times.Once);
        _runtime.Verify(runtime => runtime.Dispose(), Times.Once);
    }

    private static System.Linq.Expressions.Expression<Action<ISession>> Run =>
        session =>
            session.Run(
                It.IsAny<nint>(),
                It.IsAny<int>(),
                It.IsAny<int>(),
                It.IsAny<nint>(),
                It.IsAny<int>(),
                It.IsAny<int>(),
                It.IsAny<CancellationToken>()
            );

    private static unsafe void Fills(Mock<ISession> session, float value) =>
        session
            .Setup(Run)
            .Callback(
                (nint _, int _, int _, nint output, int width, int height, CancellationToken _) =>
                    new Span<float>((float*)output, width * height).Fill(value)
            );

    private static void Fails(Mock<ISession> session, string message) => session.Setup(Run).Throws(new InferenceException(message));

    private static float RunOnce(INetwork network)
    {
        float[] output = new float[2 * 2 * network.Model.Scale * network.Model.Scale];
        network.Run(new float[4], 2, 2, output, CancellationToken.None);
        Assert.All(output, value => Assert.Equal(output[0], value));
        return output[0];
    }

    private InferenceEngine Engine(DeviceChoice device = DeviceChoice.Auto) =>
        new(new InferenceOptions(device, CpuEngine: EngineKind.OnnxRuntime), _runtime.Object);

    private void Creations(DeviceKind device, Times times) =>
        _runtime.Verify(runtime => runtime.Create(It.IsAny<ModelDescriptor>(), It.IsAny<byte[]>(), device), times);
}
