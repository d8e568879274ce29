using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Training;

public class CheckpointTests
{
    [Fact]
    public void What_is_saved_is_loaded()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        Checkpoint saved = TestSupport.RandomCheckpoint(TestSupport.Config(3));
        saved.Save(folder.File("a.ckpt"));
        Checkpoint loaded = Checkpoint.Load(folder.File("a.ckpt"));
        Assert.Equal(saved.Progress, loaded.Progress);
        Assert.Equal(saved.Config.ToJson(), loaded.Config.ToJson());
        Assert.Equal(saved.Vectors[Checkpoint.AverageName], loaded.Vectors[Checkpoint.AverageName]);
        Assert.Equal([folder.File("a.ckpt")], Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void What_others_get_names_no_folder_of_this_machine()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        TrainingConfig config = TestSupport.Config(2) with { Init = folder.File("before.ckpt") };
        Checkpoint slim = TestSupport.RandomCheckpoint(config).Slim();
        Assert.Equal("before.ckpt", slim.Config.Init);
        Assert.False(slim.IsFull);
        Assert.Null(TestSupport.RandomCheckpoint(TestSupport.Config(2)).Slim().Config.Init);
    }

    [Fact]
    public void A_damaged_file_is_named()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        TestSupport.RandomCheckpoint(TestSupport.Config()).Save(folder.File("a.ckpt"));
        byte[] bytes = File.ReadAllBytes(folder.File("a.ckpt"));
        File.WriteAllBytes(folder.File("short.ckpt"), bytes[..^100]);
        File.WriteAllText(folder.File("text.ckpt"), "not a checkpoint at all");
        foreach (string? name in new[] { "short.ckpt", "text.ckpt", "missing.ckpt" })
        {
            Assert.Contains(
                name,
                Assert.Throws<TrainerException>(() => Checkpoint.Load(folder.File(name))).Message,
                StringComparison.Ordinal
            );
        }
    }
}
